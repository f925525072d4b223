/** A tiny reader of the HTML that pages are made of; it throws at whatever is not well-formed. */

export type Token =
  | { kind: 'open'; name: string; attributes: ReadonlyMap<string, string> }
  | { kind: 'close'; name: string }
  | { kind: 'text'; text: string }

const VOID = new Set(['meta', 'link', 'hr', 'br', 'img', 'input', 'line', 'polyline', 'circle', 'rect'])
const TAG = /^<(\/?)([a-z][a-z0-9-]*)((?: [a-z][a-z0-9-]*(?:="[^"<>]*")?)*)(\/?)>/i
const ENTITY = /&(amp|lt|gt|quot|#39);/g
const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

/** Throws unless every tag is whole, every one that is opened is closed in its place, and every `&` is an entity. */
export function tokensOf(html: string): readonly Token[] {
  const tokens: Token[] = []
  const open: string[] = []
  let rest = html.replace(/^<!doctype html>\n/, '')
  while (rest !== '') {
    const at = rest.indexOf('<')
    const text = at === -1 ? rest : rest.slice(0, at)
    if (text !== '') {
      if (text.includes('>')) throw new Error(`a stray > in ${JSON.stringify(text)}`)
      tokens.push({ kind: 'text', text: decoded(text) })
      rest = rest.slice(text.length)
      continue
    }
    const [whole = '', slash, name = '', given = '', self] = TAG.exec(rest) ?? []
    if (whole === '') throw new Error(`no tag: ${JSON.stringify(rest.slice(0, 80))}`)
    rest = rest.slice(whole.length)
    if (slash === '/') {
      if (open.pop() !== name) throw new Error(`</${name}> closes nothing`)
      tokens.push({ kind: 'close', name })
    } else {
      tokens.push({ kind: 'open', name, attributes: attributesOf(given) })
      if (self !== '/' && !VOID.has(name)) open.push(name)
    }
  }
  if (open.length > 0) throw new Error(`not closed: ${open.join(', ')}`)
  return tokens
}

function attributesOf(given: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [, name = '', value = ''] of given.matchAll(/ ([a-z][a-z0-9-]*)(?:="([^"]*)")?/gi)) {
    if (found.has(name)) throw new Error(`${name} twice`)
    found.set(name, decoded(value))
  }
  return found
}

function decoded(text: string): string {
  if (/&(?!(amp|lt|gt|quot|#39);)/.test(text)) throw new Error(`a bare & in ${JSON.stringify(text)}`)
  return text.replace(ENTITY, (_, name: string) => CHARACTERS[name] ?? '')
}
