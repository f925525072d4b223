import { createReadStream } from 'node:fs'
import type { Artifacts } from '../../storage/types.ts'
import type { Run } from '../types.ts'
import { createTail } from './attempt-log.ts'
import { consoleLog, OUTPUT_LOG } from './log-names.ts'
import { isFinal } from './run-state.ts'

export type LogQuestion = { limit: number; whole: boolean }

/**
 * Last lines of a run's log: what its program printed, or the whole console of its last attempt. While it runs that
 * is the console from `outputStart` on; a run that never came to run its program has only the console.
 */
export async function lastLines(
  artifacts: Artifacts,
  run: Run,
  outputStart: number | null,
  { limit, whole }: LogQuestion,
): Promise<{ lines: readonly string[]; total: number }> {
  const console = consoleLog(Math.max(1, run.attempts.length))
  if (whole) return (await tailOf(artifacts, run.id, console, 0, limit)) ?? NOTHING
  if (!isFinal(run.state)) {
    if (outputStart === null) return NOTHING
    return (await tailOf(artifacts, run.id, console, outputStart, limit)) ?? NOTHING
  }
  const output = await tailOf(artifacts, run.id, OUTPUT_LOG, 0, limit)
  return output ?? (await tailOf(artifacts, run.id, console, 0, limit)) ?? NOTHING
}

type Lines = { lines: readonly string[]; total: number }
const NOTHING: Lines = { lines: [], total: 0 }

async function tailOf(
  artifacts: Artifacts,
  run: string,
  name: string,
  start: number,
  limit: number,
): Promise<Lines | null> {
  const held = await artifacts.hold(run, name)
  if (held === null) return null
  try {
    const tail = createTail(limit)
    for await (const bytes of createReadStream(held.path, { start })) tail.push(bytes as Buffer)
    const { tail: lines, tailTotal: total } = tail.end()
    return { lines, total }
  } finally {
    held.release()
  }
}
