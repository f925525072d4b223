/**
 * The command language of U-Boot's older hush (common/cli_hush.c), as far as people use it: lists, `if`, quotes,
 * variables. Tried against Debian's 2023.01: inside single quotes a backslash is an escape, a single quote inside
 * double quotes wants its pair, a variable's name begins with a letter, and one that is not set is nothing.
 */

export type Step =
  | { kind: 'command'; words: readonly Word[]; join: Join }
  | { kind: 'if'; test: Step[]; yes: Step[]; no: Step[]; join: Join }
/** What stands before it: run always, after success, after failure. */
export type Join = ';' | '&&' | '||'
export type Word = { parts: readonly Part[] }
/** Text as it is, or a variable; what is quoted is never split. */
type Part = { text: string; isVariable: boolean; isQuoted: boolean; isBraced?: boolean }
export type LookUp = (name: string, isBraced: boolean) => string

/** `more`: the line goes on in the next one. After an error with more behind it the parser has lost its thread. */
export type Parsed =
  | { kind: 'list'; steps: Step[] }
  | { kind: 'more' }
  | { kind: 'syntax error'; isLost: boolean }

type Token = Word | Join | 'end'

class Unfinished extends Error {}
class Misplaced extends Error {}

export function parse(line: string): Parsed {
  let tokens: Token[] = []
  try {
    tokens = tokensOf(line)
    const steps = listOf(tokens, [])
    if (tokens[0] !== 'end') throw new Misplaced()
    return { kind: 'list', steps }
  } catch (error) {
    if (error instanceof Unfinished) return { kind: 'more' }
    if (error instanceof Misplaced) return { kind: 'syntax error', isLost: tokens[1] !== 'end' }
    throw error
  }
}

// ---- words --------------------------------------------------------------------------------------------------

const BLANK = /[ \t]/
const NAME = /^(?:[A-Za-z][A-Za-z0-9_]*|\?)/
const BRACED = /^\{([^}]*)\}/

function tokensOf(line: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < line.length) {
    const char = line[at] ?? ''
    const two = line.slice(at, at + 2)
    if (BLANK.test(char)) at += 1
    else if (char === '#') break
    else if (two === '&&' || two === '||') {
      tokens.push(two)
      at += 2
    } else if (char === ';') {
      tokens.push(char)
      at += 1
    } else {
      const { word, to } = wordAt(line, at)
      tokens.push(word)
      at = to
    }
  }
  return [...tokens, 'end']
}

function wordAt(line: string, from: number): { word: Word; to: number } {
  const parts: Part[] = []
  let quote = ''
  let at = from
  const add = (text: string, isQuoted = quote !== ''): void =>
    void parts.push({ text, isVariable: false, isQuoted })
  for (; at < line.length; at++) {
    const char = line[at] ?? ''
    if (quote === '' && /[ \t;]/.test(char)) break
    if (quote === '' && /&&|\|\|/.test(line.slice(at, at + 2))) break
    if (char === '\\') {
      at += 1
      if (at >= line.length) throw new Unfinished()
      add(line[at] ?? '', true)
    } else if (char === quote) quote = ''
    else if (char === "'" || (char === '"' && quote === '')) {
      // A single quote inside double quotes is taken for an opening one, and its pair is swallowed with it.
      if (quote === '"') at = pairOf(line, at, add)
      else quote = char
      add('')
    } else if (char === '$' && quote !== "'") {
      const { name, length, isBraced } = nameAt(line, at + 1)
      if (name === null) add(char)
      else parts.push({ text: name, isVariable: true, isQuoted: quote !== '', isBraced })
      at += length
    } else add(char)
  }
  if (quote !== '') throw new Unfinished()
  return { word: { parts }, to: at }
}

function pairOf(line: string, at: number, add: (text: string) => void): number {
  const end = line.indexOf("'", at + 1)
  if (end === -1) throw new Unfinished()
  add(line.slice(at + 1, end))
  return end
}

type Name = { name: string | null; length: number; isBraced: boolean }

function nameAt(line: string, at: number): Name {
  const rest = line.slice(at)
  const braced = BRACED.exec(rest)
  if (braced !== null) return { name: braced[1] ?? '', length: braced[0].length, isBraced: true }
  const name = NAME.exec(rest)?.[0]
  return { name: name ?? null, length: name?.length ?? 0, isBraced: false }
}

/** Words after expansion: what is not quoted is split at blanks, and what is empty then is no word. */
export function expand(words: readonly Word[], lookUp: LookUp): string[] {
  return words.flatMap(({ parts }) => {
    let fields: string[] = ['']
    let isKept = false
    for (const { text, isVariable, isQuoted, isBraced = false } of parts) {
      const value = isVariable ? lookUp(text, isBraced) : text
      const pieces = isVariable && !isQuoted ? value.split(/[ \t\n]+/) : [value]
      fields = [...fields.slice(0, -1), `${fields.at(-1) ?? ''}${pieces[0] ?? ''}`, ...pieces.slice(1)]
      isKept ||= isQuoted
    }
    return fields.filter(field => field !== '' || isKept)
  })
}

/** `name=value`, unless its name is quoted or begins with no letter. */
export function assignmentIn(word: Word, lookUp: LookUp): [string, string] | null {
  const plain = word.parts.findIndex(part => part.isVariable || part.isQuoted)
  const head = word.parts
    .slice(0, plain === -1 ? undefined : plain)
    .map(({ text }) => text)
    .join('')
  const name = /^([A-Za-z][A-Za-z0-9_]*)=/.exec(head)?.[1]
  if (name === undefined) return null
  const all = word.parts
    .map(({ text, isVariable, isBraced = false }) => (isVariable ? lookUp(text, isBraced) : text))
    .join('')
  return [name, all.slice(name.length + 1)]
}

// ---- lists --------------------------------------------------------------------------------------------------

const RESERVED = ['if', 'then', 'else', 'fi', 'elif', 'for', 'while', 'until', 'do', 'done', 'in']

function keywordOf(token: Token | undefined): string | null {
  if (token === undefined || typeof token === 'string') return null
  const word = token.parts.every(part => !part.isQuoted && !part.isVariable)
    ? token.parts.map(({ text }) => text).join('')
    : ''
  return RESERVED.includes(word) ? word : null
}

/** Up to one of the words in `until`, which stays. */
function listOf(tokens: Token[], until: readonly string[]): Step[] {
  const steps: Step[] = []
  let join: Join = ';'
  for (;;) {
    while (tokens[0] === ';') tokens.shift()
    const word = keywordOf(tokens[0])
    if (word !== null && until.includes(word)) return steps
    if (tokens[0] === 'end') {
      if (until.length > 0 || join !== ';') throw new Unfinished()
      return steps
    }
    steps.push(word === null ? commandOf(tokens, join) : ifOf(tokens, word, join))
    const next = tokens[0]
    join = next === '&&' || next === '||' ? next : ';'
    if (join !== ';') tokens.shift()
  }
}

function commandOf(tokens: Token[], join: Join): Step {
  const words: Word[] = []
  for (let token = tokens[0]; typeof token === 'object'; token = tokens[0]) {
    words.push(token)
    tokens.shift()
  }
  if (words.length === 0) throw new Misplaced()
  return { kind: 'command', words, join }
}

function ifOf(tokens: Token[], word: string, join: Join): Step {
  if (word !== 'if') throw new Misplaced()
  tokens.shift()
  const test = listOf(tokens, ['then'])
  tokens.shift()
  const yes = listOf(tokens, ['else', 'fi'])
  const hasNo = keywordOf(tokens.shift()) === 'else'
  const no = hasNo ? listOf(tokens, ['fi']) : []
  if (hasNo) tokens.shift()
  return { kind: 'if', test, yes, no, join }
}
