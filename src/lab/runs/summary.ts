import type { Millis } from '../../clock.ts'
import type { Run, RunState } from '../types.ts'

/** What is kept in memory of a finished run: enough for lists and estimates. */
export type RunSummary = {
  state: RunState
  family: string
  board: string | null
  name: string
  submitter: string
  /** The submitter's id; what was summed up by an older version has none. */
  by?: string
  /** How long its last attempt held a board. */
  occupiedMs: Millis | null
}

export function summarize(run: Run): RunSummary {
  const last = run.attempts.at(-1)
  return {
    state: run.state,
    family: run.family,
    board: last?.board ?? run.board,
    name: nameOf(run),
    submitter: run.submitter.name,
    by: run.submitter.id,
    occupiedMs: last?.endedAt == null ? null : last.endedAt - last.startedAt,
  }
}

const LONGEST_NAME = 40

/** What people call a test: its binary's name, or the start of its command line. */
export function nameOf(run: Pick<Run, 'program'>): string {
  if (run.program.kind === 'binary') return run.program.name
  const command = run.program.command.replace(/\s+/g, ' ').trim()
  return command.length > LONGEST_NAME ? `${command.slice(0, LONGEST_NAME - 1)}…` : command
}
