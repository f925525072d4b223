/** What a test left on its board and was asked for (M6.8): the files with their sums, and what is not there. */

import type { CollectedFiles, Run, StoredFile } from '../lab/types.ts'
import { code, link, listed, plain } from './text.ts'
import type { Cell, Part, Run as Text } from './view.ts'
import { count, size } from './words.ts'

const MOST_ROWS = 10
const MOST_SAID = 5
/** Enough to tell two files apart; the whole sum is on the page of the files, and in the manifest. */
const SUM_SHOWN = 16

/** The files that were collected, so that nobody lists them again. */
export function collectedNames({ result }: Run): ReadonlySet<string> {
  return new Set(result?.collected?.files.map(file => file.name))
}

/** `pageUrl`: where all of them are, with their whole sums. */
export function collectedParts(run: Run, pageUrl: string | undefined): readonly Part[] {
  const { collected, files = [] } = run.result ?? {}
  const board = run.attempts.at(-1)?.board ?? 'the board'
  return collected === undefined ? [] : fetchedParts(collected, files, board, pageUrl)
}

/** Files that came from a board, and a sentence for each that did not. */
export function fetchedParts(
  collected: CollectedFiles,
  files: readonly StoredFile[],
  board: string,
  pageUrl: string | undefined,
): readonly Part[] {
  const rows = collected.files.flatMap(({ name, path }) => {
    const stored = files.find(file => file.name === name)
    return stored === undefined ? [] : [rowOf(stored, path)]
  })
  const page: readonly Text[] = pageUrl === undefined ? [] : [link('Open them', pageUrl)]
  return [
    ...(rows.length === 0 ? [] : [tableOf(rows)]),
    ...(rows.length === 0 || page.length === 0 ? [] : [{ t: 'note', runs: page } as const]),
    ...said({ ...collected, board }).map((text): Part => ({ t: 'text', runs: [plain(text)] })),
  ]
}

function tableOf(rows: readonly (readonly Cell[])[]): Part {
  const more = rows.length > MOST_ROWS ? `; ${MOST_ROWS} of them are shown` : ''
  return {
    t: 'table',
    columns: [{ title: 'file' }, { title: 'size', align: 'right' }, { title: 'SHA-256', keep: true }],
    rows: rows.slice(0, MOST_ROWS),
    caption: `collected ${count(rows.length, 'file')}${more}`,
  }
}

/** A board's name for a file is only ever plain text (P28). */
function rowOf({ size: bytes, sha256 }: StoredFile, path: string): readonly Cell[] {
  return [[plain(path)], [plain(size(bytes))], [code(sha256.slice(0, SUM_SHOWN))]]
}

/** What is not there, each in a sentence. */
export function said({
  files,
  none,
  left,
  problem,
  board,
}: CollectedFiles & { board: string }): readonly string[] {
  const sentences: string[] = []
  if (none.length > 0) sentences.push(`No file on ${board} fits ${listed(none, MOST_SAID)}.`)
  for (const { path, why } of left.slice(0, MOST_SAID)) sentences.push(`Not collected: ${path}: ${why}.`)
  if (left.length > MOST_SAID) sentences.push(`Not collected either: ${left.length - MOST_SAID} more.`)
  if (problem !== null) {
    const what = files.length === 0 ? 'No file was collected' : 'The other files were not collected'
    sentences.push(`${what}: ${problem.replace(/\.$/, '')}.`)
  }
  return sentences
}
