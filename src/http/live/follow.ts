/** Followed logs over HTTP: as plain text for people (`?follow=1`), and as events for programs that come again. */

import type { Context } from 'koa'
import { logLine } from '../../cards/log.ts'
import { frameOf } from '../../cards/topics.ts'
import type { Clock } from '../../clock.ts'
import { followLog } from '../../commands/follow.ts'
import type { Followed } from '../../commands/types.ts'
import type { Lab, LogLine } from '../../lab/lab.ts'
import { answerProblem } from '../problem.ts'
import type { Streams } from './streams.ts'
import { tooManyStreams } from './too-many.ts'
import { createWaiting } from './waiting.ts'

export type FollowedDeps = { lab: Lab; streams: Streams; clock: Clock }

/**
 * Answers with a log as it comes, a line each as `tests log --follow` prints them: to the end of the test, or for as
 * long as its reader stays where a board's is followed. `before` are lines that come first. Returns at once.
 */
export function sendFollowed(
  ctx: Context,
  followed: Followed,
  before: readonly LogLine[],
  deps: FollowedDeps,
): void {
  const stream = deps.streams.open(ctx, 'text/plain; charset=utf-8')
  if (stream === null) {
    answerProblem(ctx, tooManyStreams())
    return
  }
  const print = async (lines: readonly string[]): Promise<void> => {
    if (lines.length > 0) stream.write(`${lines.join('\n')}\n`)
    // Who reads slowly gets the newest lines later, and is told how many were left out.
    await stream.room()
  }
  const first = before.map(line => logLine(line, followed.times, frameOf(deps.lab)))
  void print(first)
    .then(() => followToEnd(followed, { ...deps, print }, stream.signal))
    .then(stream.end)
}

/** The same as events: `lines` with the place behind them as id, and `ended` with the last of a test's log. */
export function sendFollowedEvents(ctx: Context, followed: Followed, deps: FollowedDeps): void {
  const events = deps.streams.events(ctx)
  if (events === null) {
    answerProblem(ctx, tooManyStreams())
    return
  }
  const print = async (lines: readonly string[], next: number): Promise<void> => {
    events.send('lines', { lines }, next)
    await events.room()
  }
  void followToEnd(followed, { ...deps, print }, events.signal).then(() => {
    events.send('ended', {})
    events.end()
  })
}

type Print = (lines: readonly string[], next: number) => Promise<void>

/** To the end of the test, or until the reader has left. Never rejects. */
async function followToEnd(
  followed: Followed,
  { lab, clock, print }: { lab: Lab; clock: Clock; print: Print },
  left: AbortSignal,
): Promise<void> {
  const over = new AbortController()
  const waiting = createWaiting({ lab, clock })
  const ended =
    followed.kind === 'run'
      ? waiting.until(`run/${followed.id}`, Number.POSITIVE_INFINITY, left)
      : aborted(left)
  void ended.then(() => over.abort())
  await followLog(followed, { lab, clock, print }, over.signal)
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (signal.aborted) resolve()
  else signal.addEventListener('abort', () => resolve(), { once: true })
  return promise
}
