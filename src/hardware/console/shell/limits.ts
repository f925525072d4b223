import type { Session } from './session.ts'

/** What cannot be done on this board, so that nobody finds out in the middle of a run. */
export function limitsOf(session: Session): string[] {
  const limits: string[] = []
  if (session.sum === null)
    limits.push('no tool that makes sums, or no folder to write to: commands only, no files and no tests')
  if (!session.jobControl) limits.push('no job control: a test cannot be interrupted from the console')
  if (session.echo) limits.push('echo cannot be turned off: what is typed stands in the output')
  return limits
}
