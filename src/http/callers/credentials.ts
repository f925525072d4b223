/** What a request says of who sends it; `why` ends the sentence "The Authorization header …" and repeats nothing of it. */
export type Credentials =
  | { kind: 'none' }
  | { kind: 'unreadable'; why: string }
  | { kind: 'bearer' | 'basic'; key: string }

/** RFC 9110 section 11.4 and RFC 6750 section 2.1: a scheme in any case, spaces, and the token. */
const SHAPE = /^(?<scheme>[A-Za-z]+) +(?<token>[A-Za-z0-9._~+/-]+=*)$/

/** `values`: every Authorization header there is, as two of them could be read differently by whoever is in between. */
export function credentialsIn(values: readonly string[] | undefined): Credentials {
  if (values === undefined || values.length === 0) return { kind: 'none' }
  if (values.length > 1) return unreadable('is there more than once')
  const value = values[0]?.trim() ?? ''
  if (value === '') return unreadable('is empty')
  const { scheme, token } = SHAPE.exec(value)?.groups ?? {}
  if (scheme === undefined || token === undefined) return unreadable('is no word Bearer with a key behind it')
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return { kind: 'bearer', key: token }
    case 'basic':
      return basic(token)
    default:
      return unreadable('begins with neither Bearer nor Basic')
  }
}

/** RFC 7617 section 2: `user:password` in base64. Who it says to be is of no matter, as a key has its name. */
function basic(token: string): Credentials {
  const pair = Buffer.from(token, 'base64').toString()
  const colon = pair.indexOf(':')
  const key = pair.slice(colon + 1)
  if (colon === -1 || key === '') return unreadable('has no password, which is where the key goes')
  return { kind: 'basic', key }
}

function unreadable(why: string): Credentials {
  return { kind: 'unreadable', why }
}
