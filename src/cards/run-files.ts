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
  return collected === undefined ? [] : fetchedParts(collected, files, board, pageUrl, '--collect')
}

/** Files that came from a board, and a sentence for each that did not; `ask` is how a pattern is asked for. */
export function fetchedParts(
  collected: CollectedFiles,
  files: readonly StoredFile[],
  board: string,
  pageUrl: string | undefined,
  ask: string,
): readonly Part[] {
  const rows = collected.files.flatMap(({ name, path }) => {
    const stored = files.find(file => file.name === name)
    return stored === undefined ? [] : [rowOf(stored, path)]
  })
  const page: readonly Text[] = pageUrl === undefined ? [] : [link('Open them', pageUrl)]
  return [
    ...(rows.length === 0 ? [] : [tableOf(rows)]),
    ...(rows.length === 0 || page.length === 0 ? [] : [{ t: 'note', runs: page } as const]),
    ...said({ ...collected, board }, ask).map((text): Part => ({ t: 'text', runs: [plain(text)] })),
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

/** `/tmp/* fits no file on soc-a-001, only 2 folders. For the files in them: lease fetch L3 '/tmp/*\/*'` */
function foldersWords({ pattern, count: many }: Folders, board: string, ask: string): string {
  const inside = `${pattern.replace(/\/+$/, '')}/*`
  const quote = inside.includes("'") ? '"' : "'"
  return `${pattern} fits no file on ${board}, only ${count(many, 'folder')}. For the files in ${many === 1 ? 'it' : 'them'}: ${ask} ${quote}${inside}${quote}`
}

type Folders = NonNullable<CollectedFiles['folders']>[number]

/** What is not there, each in a sentence. */
export function said(
  { files, none, folders = [], left, problem, board }: CollectedFiles & { board: string },
  ask: string,
): readonly string[] {
  const sentences: string[] = []
  const nothing = none.filter(each => !folders.some(({ pattern }) => pattern === each))
  if (nothing.length > 0) sentences.push(`No file on ${board} fits ${listed(nothing, MOST_SAID)}.`)
  for (const each of folders.slice(0, MOST_SAID)) sentences.push(foldersWords(each, board, ask))
  for (const { path, why } of left.slice(0, MOST_SAID)) sentences.push(`Not collected: ${path}: ${why}.`)
  if (left.length > MOST_SAID) sentences.push(`Not collected either: ${left.length - MOST_SAID} more.`)
  if (problem !== null) {
    const what = files.length === 0 ? 'No file was collected' : 'The other files were not collected'
    sentences.push(`${what}: ${problem.replace(/\.$/, '')}.`)
  }
  return sentences
}
