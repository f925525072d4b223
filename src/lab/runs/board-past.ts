import type { Failure } from '../../errors.ts'
import { boardConfig, type Core } from '../core.ts'
import type { Program, Run } from '../types.ts'
import { BLAME_WINDOW_MS, type BoardPast, mayBeTheBoards } from './blame.ts'
import { nameOf } from './summary.ts'

/** Past runs that are looked at to find where a program passed. */
const MOST_READ = 20

/** What `boardToBlame` is decided by; null where the failure is none that a board is asked for. */
export async function boardPast(
  core: Core,
  run: Run,
  board: string,
  failure: Failure | null,
): Promise<BoardPast | null> {
  if (failure === null || !mayBeTheBoards(failure)) return null
  const here = core.state().boards[board]
  // Without anything against it nobody has to be asked.
  if (here?.incidents === undefined || here.kernel === null) return null
  const runs = await passedRuns(core, run).catch((error: unknown) => {
    // An outcome is never lost over whose fault it was.
    core.log.error({ run: run.id, error }, 'past runs could not be read')
    return []
  })
  const passed = new Set(runs.map(each => each.attempts.at(-1)?.board))
  const { boards } = core.state()
  const family = boardConfig(core, board)?.family
  const others = core.current.inventory.boards
    .filter(({ id, family: theirs }) => theirs === family && id !== board)
    .map(({ id }) => ({
      board: id,
      kernel: boards[id]?.kernel ?? null,
      incidents: boards[id]?.incidents ?? [],
      passed: passed.has(id),
    }))
  return { board, kernel: here.kernel, incidents: here.incidents, others }
}

/** Runs of the very same program with the same arguments that passed within a day. */
async function passedRuns(core: Core, run: Run): Promise<readonly Run[]> {
  const since = core.clock.now() - BLAME_WINDOW_MS
  const name = nameOf(run)
  const ids: string[] = []
  for (const { id, at, summary } of core.runs.list()) {
    if (at <= since || ids.length === MOST_READ) break
    const { state, family } = summary
    if (state === 'passed' && family === run.family && summary.name === name) ids.push(id)
  }
  const past = await Promise.all(ids.map(id => core.runs.get(id)))
  return [...Object.values(core.state().runs), ...past]
    .filter(each => each !== null)
    .filter(each => each.state === 'passed' && (each.times.passed ?? 0) > since && isSame(each, run))
}

function isSame(a: Run, b: Run): boolean {
  return (
    a.family === b.family && keyOf(a.program) === keyOf(b.program) && a.args.join('\0') === b.args.join('\0')
  )
}

function keyOf(program: Program): string {
  return program.kind === 'shell' ? program.command : `${program.sha256} ${program.entry ?? ''}`
}
