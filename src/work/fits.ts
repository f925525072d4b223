import { posix } from 'node:path'

/**
 * Whether a board's shell takes the pattern for this path: `*`, `?` and `[…]` within a name, all else as it is
 * (POSIX 2.14.3). For sentences about patterns only; what is fetched is the board's own word. Linear but for the
 * stars of a name, so no pattern keeps us busy.
 */
export function fits(pattern: string, path: string, folder: string): boolean {
  const wanted = posix.resolve(folder, pattern).split('/')
  const names = posix.resolve(folder, path).split('/')
  return (
    wanted.length === names.length && wanted.every((each, at) => fitsName(tokensOf(each), names[at] ?? ''))
  )
}

/** A character as it is, any number of them, or one of some. */
type Token = { is: string } | '*' | ((character: string) => boolean)

const GLOB = /[*?]|\[[!^]?\]?[A-Za-z0-9_.,:+=@%-]*\]/g

function tokensOf(name: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  for (const match of name.matchAll(GLOB)) {
    tokens.push(...literals(name.slice(at, match.index)), tokenOf(match[0]))
    at = match.index + match[0].length
  }
  return [...tokens, ...literals(name.slice(at))]
}

function literals(text: string): readonly Token[] {
  return Array.from(text, is => ({ is }))
}

function tokenOf(glob: string): Token {
  if (glob === '*') return glob
  return glob === '?' ? () => true : setOf(glob.slice(1, -1))
}

function setOf(inside: string): Token {
  const isNot = /^[!^]/.test(inside)
  const members = Array.from(isNot ? inside.slice(1) : inside)
  const ranges: { from: string; to: string }[] = []
  for (let at = 0; at < members.length; at++) {
    const from = members[at] ?? ''
    const to = members[at + 1] === '-' ? members[at + 2] : undefined
    ranges.push({ from, to: to ?? from })
    if (to !== undefined) at += 2
  }
  return given => ranges.some(({ from, to }) => given >= from && given <= to) !== isNot
}

function takes(token: Token | undefined, character: string): boolean {
  if (typeof token === 'object') return token.is === character
  return typeof token === 'function' && token(character)
}

/** Back to the last star only: an earlier one could take no more than that. */
function fitsName(tokens: readonly Token[], name: string): boolean {
  const characters = Array.from(name)
  // A name that begins with a dot is found by a dot only.
  if (characters[0] === '.' && typeof tokens[0] !== 'object') return false
  let [token, character] = [0, 0]
  let star: { token: number; character: number } | null = null
  while (character < characters.length) {
    const wanted = tokens[token]
    if (wanted === '*') {
      token++
      star = { token, character }
    } else if (takes(wanted, characters[character] ?? '')) {
      token++
      character++
    } else if (star === null) return false
    else {
      star = { token: star.token, character: star.character + 1 }
      token = star.token
      character = star.character
    }
  }
  return tokens.slice(token).every(each => each === '*')
}
