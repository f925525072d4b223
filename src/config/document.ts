import { type Document, LineCounter, parseDocument, visit, type YAMLError } from 'yaml'
import { growTree } from './grow.ts'
import type { Problem } from './problems.ts'
import type { Variables } from './references.ts'
import type { Branch, Node } from './tree.ts'

export type Opened = {
  root: Branch | null
  problems: Problem[]
  secrets: readonly string[]
  /** Where the YAML itself is broken, so that nothing below that line can be trusted; null where it is whole. */
  brokenLine: number | null
}

const START = { line: 1, column: 1 }
/** A lab of 2,000 boards takes 0.2 MB. */
const LARGEST_TEXT = 8_000_000

/** Never throws: what is wrong with the text is in `problems`. */
export function openDocument(text: string, variables: Variables): Opened {
  const unusable = unusableText(text)
  if (unusable !== null) return failed([{ at: START, path: '', text: unusable }])
  const lines = new LineCounter()
  // Duplicate keys are ours to find, with their path and the line of the other one.
  const document = parseDocument(withoutMark(text), {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
  })
  const faults = [...document.errors, ...document.warnings]
  const { problems, brokenLine } = syntaxProblems(faults, error => lines.linePos(startOf(error, document)))
  const { root, secrets } = growTree(document.contents, { lines, variables, problems })
  if (root.kind === 'map') return { root, problems, secrets, brokenLine }
  if (brokenLine === null && root.kind !== 'unread')
    problems.push({ at: root.at, path: '', text: wrongTop(root) })
  return { root: null, problems, secrets, brokenLine }
}

function failed(problems: Problem[]): Opened {
  return { root: null, problems, secrets: [], brokenLine: null }
}

function unusableText(text: string): string | null {
  if (text.length > LARGEST_TEXT)
    return `the file has ${text.length} characters; at most ${LARGEST_TEXT} are read. Is it the right file?`
  if (/[\0\uFFFD]/.test(text)) return 'this is not a text file in UTF-8. Is it the right file?'
  return null
}

/** Some editors begin a file with a byte order mark; left in, it would shift the columns of the first line. */
function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

const EXAMPLE = 'Write sections such as boards: with a list of boards below (see README)'

function wrongTop(root: Node): string {
  if (root.kind === 'scalar' && root.value === null) return `the file is empty. ${EXAMPLE}`
  return `the top of the file is ${root.kind === 'list' ? 'a list' : 'one text'}. ${EXAMPLE}`
}

/** Mistakes after which the library still knows where each value belongs. */
const HARMLESS = new Set(['BAD_SCALAR_START', 'BAD_DQ_ESCAPE', 'TAG_RESOLVE_FAILED', 'MULTIPLE_DOCS'])

/**
 * After the first break the library guesses on, and what it says then is mostly the echo of that one; only tabs are
 * each a fault of their own.
 */
function syntaxProblems(
  errors: readonly YAMLError[],
  placeOf: (error: YAMLError) => { line: number; col: number },
): { problems: Problem[]; brokenLine: number | null } {
  const problems = new Map<number, Problem>()
  let brokenLine: number | null = null
  for (const error of errors) {
    const { line, col } = placeOf(error)
    const isEcho = brokenLine !== null && line >= brokenLine && error.code !== 'TAB_AS_INDENT'
    if (!HARMLESS.has(error.code)) brokenLine = Math.min(brokenLine ?? line, line)
    if (!isEcho && !problems.has(line))
      problems.set(line, { at: { line, column: col }, path: '', text: wordsFor(error) })
  }
  return { problems: [...problems.values()], brokenLine }
}

/** A quote that is never closed is found at the end of what it swallowed; people look for it where it is opened. */
function startOf({ code, pos }: YAMLError, document: Document): number {
  let [start] = pos
  if (code !== 'MISSING_CHAR') return start
  visit(document, {
    Scalar(_, { range, type }) {
      if (range && type?.startsWith('QUOTE') && range[0] < pos[0] && pos[0] <= range[1] + 1) start = range[0]
    },
  })
  return start
}

function wordsFor({ code, message }: YAMLError): string {
  const words = WORDS[code]
  if (words !== undefined) return words
  if (message.startsWith('Missing closing')) return 'a quote is opened here and never closed'
  // What follows the colon is a piece of the file, which may be a password.
  return `not YAML: ${message.replace(/: .*$/s, '')}`
}

const WORDS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab is used to indent. Use spaces',
  BAD_SCALAR_START: 'a text cannot start with this character unless it is in quotes, such as "@mei"',
  BLOCK_AS_IMPLICIT_KEY: 'not YAML: a second "key: value" on one line. Put a text that holds ": " in quotes',
  MULTILINE_IMPLICIT_KEY:
    'not YAML: this is not "key: value". Is the colon, or the space after it, missing, or the line indented wrongly?',
  BAD_INDENT: 'not YAML: this line is indented wrongly, or a bracket or quote above it is not closed',
  UNEXPECTED_TOKEN:
    'not YAML: something here does not belong. Inside [ ] and { }, a text such as "${NAME}" needs quotes',
  MULTIPLE_DOCS: 'a second document begins here (---). Only one is read; take this line out',
  RESOURCE_EXHAUSTION: 'nested too deep to be read',
  TAG_RESOLVE_FAILED: 'a tag (!word) that has no meaning here. Take it out',
}
