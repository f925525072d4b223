import { type Clock, type Millis, pause } from '../clock.ts'
import { HardwareError } from '../errors.ts'
import type { OpenBoard } from '../hardware/types.ts'
import { CHATTY_MS, QUIET_MS } from './boots.ts'
import type { WorkContext } from './types.ts'

/** A console that says nothing may have said everything before we were connected. */
const SILENT_MS = 10_000
const LOOK_MS = 250
const TRY_AGAIN_MS = 1000

export type BootWatch = {
  /** Waits until our shell answers, and leaves it again: null. After `withinMs` what it last heard, as a sentence. */
  comesBack(withinMs: Millis): Promise<string | null>
  close(): void
}

/** Listens to a board that is about to be switched on. Tells the stages booting, back and not back. */
export function watchBoot(board: OpenBoard, ctx: WorkContext & { clock: Clock }): BootWatch {
  const { clock } = ctx
  let watchingSince: Millis | null = null
  let heard: { first: Millis; last: Millis } | null = null
  let problem = 'nothing was heard on its console'

  const stage = (name: 'booting' | 'back' | 'not back'): void =>
    ctx.onEvent({ kind: 'stage', stage: name, t: clock.now() })
  const unlisten = board.recorder.listen(news => {
    if (news.kind !== 'chunk') return
    const isFirst = heard === null
    heard = { first: heard?.first ?? clock.mono(), last: clock.mono() }
    if (isFirst && watchingSince !== null) stage('booting')
  })

  const mayType = (since: Millis): boolean => {
    const now = clock.mono()
    if (heard === null) return now - since >= SILENT_MS
    return now - heard.last >= QUIET_MS || now - heard.first >= CHATTY_MS
  }
  const attached = async (signal: AbortSignal): Promise<boolean> => {
    try {
      await board.shell.attach(signal)
      board.recorder.expectReset(false)
      return true
    } catch (error) {
      if (signal.aborted || !(error instanceof HardwareError)) throw error
      problem = error.message
      await pause(clock, TRY_AGAIN_MS, signal)
      return false
    }
  }
  const lastSeen = (): string => {
    const { connected, problem: why } = board.recorder.state()
    return connected ? problem : `no console at ${board.recorder.where}: ${why ?? 'still connecting'}`
  }
  const prompt = async (since: Millis, signal: AbortSignal): Promise<void> => {
    do {
      while (!mayType(since)) await pause(clock, LOOK_MS, signal)
    } while (!(await attached(signal)))
  }

  return {
    close: unlisten,
    async comesBack(withinMs) {
      watchingSince = clock.mono()
      if (heard !== null) stage('booting')
      const late = new AbortController()
      const timer = clock.after(withinMs, () => late.abort(new Error('the board had its time')))
      try {
        await prompt(watchingSince, AbortSignal.any([ctx.signal, late.signal]))
        stage('back')
        return null
      } catch (error) {
        if (ctx.signal.aborted || !late.signal.aborted) throw error
        stage('not back')
        return `${board.id} was not back after ${Math.round(withinMs / 1000)} s: ${lastSeen()}`
      } finally {
        timer.cancel()
        await board.shell.detach()
      }
    },
  }
}
