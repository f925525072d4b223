import type { LogRange } from '../../hardware/types.ts'
import type { Artifacts } from '../../storage/types.ts'
import type { LogLines, RunLogQuestion } from '../lab.ts'
import { consoleLog, OUTPUT_LOG } from '../runs/log-names.ts'
import { isFinal } from '../runs/run-state.ts'
import type { Run } from '../types.ts'
import { createLogSearch, type TimedBytes } from './search.ts'

/**
 * Lines of a run's log: what its program printed, or the whole console of its last attempt. While it runs the first
 * are parts of the console; a run that never came to run its program has only that. Places in the program's output
 * are the same while it runs and after.
 */
export async function linesOfRun(
  artifacts: Artifacts,
  run: Run,
  printed: readonly LogRange[] | null,
  question: RunLogQuestion,
): Promise<LogLines> {
  const search = createLogSearch(question, isFinal(run.state) ? { isOver: true } : {})
  for await (const bytes of await source(artifacts, run, printed, question)) search.push(bytes)
  return search.end()
}

async function source(
  artifacts: Artifacts,
  run: Run,
  printed: readonly LogRange[] | null,
  { whole, after = 0 }: RunLogQuestion,
): Promise<AsyncIterable<TimedBytes>> {
  const console = consoleLog(Math.max(1, run.attempts.length))
  if (whole) return artifacts.read(run.id, console, after)
  if (!isFinal(run.state)) return partsOf(artifacts, run.id, console, printed ?? [], after)
  const hasOutput = (await artifacts.list(run.id)).some(file => file.name === OUTPUT_LOG)
  return artifacts.read(run.id, hasOutput ? OUTPUT_LOG : console, after)
}

/** Parts of a file as one; `offset` counts in what they make together, which is read from `after` on. */
export async function* partsOf(
  artifacts: Artifacts,
  run: string,
  name: string,
  parts: readonly LogRange[],
  after = 0,
): AsyncGenerator<TimedBytes> {
  let before = 0
  for (const { from, to } of parts) {
    const start = from + Math.max(0, after - before)
    const shift = before - from
    for await (const { offset, t, bytes } of artifacts.read(run, name, start, to))
      yield { offset: offset + shift, t, bytes }
    before += to - from
  }
}
