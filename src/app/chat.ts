import type { SlackFace } from '../bot/slack/face.ts'
import { type Clock, type Millis, pause } from '../clock.ts'
import type { Dispatcher } from '../commands/dispatch.ts'
import type { Environment } from '../config/types.ts'
import { createTries } from '../gateway/tries.ts'
import type { HealthFacts } from '../http/types.ts'
import type { Lab } from '../lab/lab.ts'
import type { Log } from '../log.ts'
import { createInbox } from '../mail/inbox.ts'

/** Forged requests a minute from one address, before it has to wait. */
const MOST_TRIES = 20

/** The chat platform of this deployment (M5.1); null at the terminal. Throws ConfigError for settings that it lacks. */
export async function openChat(
  { slack }: Environment,
  deps: { dispatcher: Dispatcher; lab: Lab; scrub(text: string): string; clock: Clock; log: Log },
): Promise<SlackFace | null> {
  if (slack === null) return null
  // Bolt takes 40 MB and a tenth of a second, which a terminal does not need.
  const { createSlackFace } = await import('../bot/slack/face.ts')
  const { lab, clock, log } = deps
  if (slack.home === null) log.warn({}, 'SLACK_CHANNEL is not set: alerts are told to nobody')
  return createSlackFace({
    ...deps,
    settings: slack,
    inbox: createInbox({ ...lab.inbox, clock, log }),
    tries: createTries(clock, MOST_TRIES),
  })
}

export function chatHealth(face: SlackFace | null): Pick<HealthFacts, 'chat'> {
  if (face === null) return {}
  const { up, trouble, ...health } = face.health()
  const isUp = up && trouble === null
  const since = trouble?.since ?? health.since
  const problem = problemOf(face)
  return {
    chat: {
      ...{ platform: 'slack', up: isUp, since: Math.round(since) },
      ...(problem === null ? {} : { problem }),
      // By the socket nobody else can come in.
      ...(health.mode === 'http' ? { refused: health.refused } : {}),
    },
  }
}

function problemOf(face: SlackFace): string | null {
  const { up, why = 'not connected yet', trouble } = face.health()
  if (trouble !== null) return `${trouble.message}. ${trouble.hint}`
  return up ? null : why
}

const ANSWER_WITHIN_MS: Millis = 5_000
const LOOK_EVERY_MS: Millis = 50

/** How the platform took the bot, for whoever starts it at a terminal: waits a few seconds at most for its answer. */
export async function chatWord(face: SlackFace, clock: Clock): Promise<string> {
  const latest = clock.mono() + ANSWER_WITHIN_MS
  while (!isDecided(face) && clock.mono() < latest) await pause(clock, LOOK_EVERY_MS)
  const { mode, name } = face.health()
  const problem = problemOf(face) ?? (name === null ? 'no answer yet' : null)
  if (problem !== null) return `Slack: ${problem.replace(/\.$/, '')}. The lab runs, and it is tried again.`
  return mode === 'http' ? `Slack: known as @${name}, waits to be called.` : `Slack: connected as @${name}.`
}

function isDecided(face: SlackFace): boolean {
  const { up, why, trouble, name } = face.health()
  const isRefused = trouble !== null || (!up && why !== undefined)
  return isRefused || (up && name !== null)
}
