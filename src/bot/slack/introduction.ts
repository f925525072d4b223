import { type Clock, type Millis, pause } from '../../clock.ts'
import { LabError, messageOf } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { backoffMs } from '../../mail/delivery.ts'
import type { SlackApi } from './types.ts'

export type IntroductionDeps = {
  api: Pick<SlackApi, 'self'>
  /** Whether what the bot says does not get through. */
  isTroubled(): boolean
  clock: Clock
  log: Log
}

export type Introduction = {
  /** Who we are in the workspace: its id and its name; null until Slack said so. */
  self(): { user: string; name: string } | null
  start(): void
  stop(): void
}

const LONGEST_WAIT_MS: Millis = 60_000
const LOOK_EVERY_MS: Millis = 30_000

/**
 * Asks Slack who the bot is until it says so; and again while calls fail, so that the end of a trouble is noticed on
 * a quiet night too.
 */
export function createIntroduction({ api, isTroubled, clock, log }: IntroductionDeps): Introduction {
  const stopper = new AbortController()
  let self: { user: string; name: string } | null = null
  /** Why it was refused, as it was last told. */
  let told: string | null = null

  async function run(): Promise<void> {
    for (let failures = 0; ; ) {
      failures = (self !== null && !isTroubled()) || (await ask()) ? 0 : failures + 1
      const waitMs = failures === 0 ? LOOK_EVERY_MS : Math.min(LONGEST_WAIT_MS, backoffMs(failures))
      await pause(clock, waitMs, stopper.signal)
    }
  }

  async function ask(): Promise<boolean> {
    try {
      const { user, name, team } = await api.self()
      if (self === null) log.info({ user, team }, `Slack knows the bot as @${name}`)
      else if (told !== null) log.info({}, 'Slack takes what the bot says again')
      self = { user, name }
      told = null
      return true
    } catch (error) {
      refused(error)
      return false
    }
  }

  /** Once for one reason: it is asked again every minute. */
  function refused(error: unknown): void {
    const why = messageOf(error)
    if (why === told) return
    told = why
    const hint = error instanceof LabError ? error.hint : ''
    log.error({ hint }, `${why}: nothing can be said in Slack. The lab runs, and Slack is asked again`)
  }

  return {
    self: () => self,
    start: () => void run().catch(() => {}),
    stop: () => stopper.abort(new Error('the face is closed')),
  }
}
