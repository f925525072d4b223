/** Files of a run: the console of each attempt as it was, and what its program printed. */

export const OUTPUT_LOG = 'output.log'

export function consoleLog(attempt: number): string {
  return attempt === 1 ? 'console.log' : `console-${attempt}.log`
}

/** Names of the lab's own files of a run, whatever their letters. */
export function isLogName(name: string): boolean {
  return /^(console(-\d+)?|output)\.log$/i.test(name)
}
