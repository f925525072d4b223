/** Files of a run: the console of each attempt as it was, what its program printed, and what its cases did. */

export const OUTPUT_LOG = 'output.log'
/** As JUnit XML, and all that is known of them. */
export const RESULTS_FILE = 'results.xml'
export const CASES_FILE = 'cases.json'

export function consoleLog(attempt: number): string {
  return attempt === 1 ? 'console.log' : `console-${attempt}.log`
}

/** Names of the lab's own files of a run, whatever their letters. */
export function isLogName(name: string): boolean {
  return /^((console(-\d+)?|output)\.log|results\.xml|cases\.json)$/i.test(name)
}

/** Those of them that are read line by line. */
export function isLineLog(name: string): boolean {
  return /^(console(-[1-9]\d*)?|output)\.log$/.test(name)
}
