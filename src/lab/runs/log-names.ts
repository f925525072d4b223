/** Files of a run: the console of each attempt as it was, and what its program printed. */

export const OUTPUT_LOG = 'output.log'

export function consoleLog(attempt: number): string {
  return attempt === 1 ? 'console.log' : `console-${attempt}.log`
}
