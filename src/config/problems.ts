import type { Place } from './tree.ts'

/** One thing that is wrong in a file. */
export type Problem = {
  at: Place
  path: string
  text: string
  /** For a misspelt key: the full path it was probably meant to be. */
  suggests?: string
  /** For something that is not there: the full paths any of which would do. */
  missing?: readonly string[]
}

/**
 * Takes out what only follows from another problem: a key that is missing because it is misspelt, the same text
 * reached by two aliases, and, below or about a place where the YAML itself is broken, everything that was guessed
 * from the wreck.
 */
export function onlyCauses(problems: readonly Problem[], brokenLine: number | null): Problem[] {
  const meant = new Set(problems.map(({ suggests }) => suggests))
  const seen = new Set<string>()
  return problems.filter(({ at, text, missing, path }) => {
    if (missing?.some(wanted => meant.has(wanted))) return false
    if (brokenLine !== null && path !== '' && (missing !== undefined || at.line >= brokenLine)) return false
    const same = `${at.line}:${at.column} ${missing === undefined ? '' : path} ${text}`
    return !seen.has(same) && seen.add(same)
  })
}

/** `boards.yaml:14:5  boards[2].telent_port: unknown key. Did you mean telnet_port?`, by line, in columns. */
export function writeProblems(file: string, problems: readonly Problem[]): string[] {
  const sorted = problems.toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
  const places = sorted.map(({ at }) => `${file}:${at.line}:${at.column}`)
  const width = Math.max(...places.map(place => place.length))
  return sorted.map(
    ({ path, text }, index) =>
      `${(places[index] ?? '').padEnd(width)}  ${path === '' ? '' : `${path}: `}${text}`,
  )
}
