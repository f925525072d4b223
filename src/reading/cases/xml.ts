/**
 * As much of XML 1.0 as test results need, read as it comes: elements, attributes, text, CDATA, comments, the five
 * entities and character references. What test results never hold is refused: a document type, with which come
 * entities of its own, and whatever is deeper or longer than the bounds. Nothing is ever expanded.
 */
export type XmlEvents = {
  open(name: string, attributes: ReadonlyMap<string, string>): void
  /** Text may come in pieces. */
  text(piece: string): void
  close(name: string): void
}

export type XmlReader = {
  /** Throws an `XmlError` at the first thing that is not well-formed. */
  push(text: string): void
  /** True when the document is whole; false when it ends in its middle. */
  end(): boolean
}

export class XmlError extends Error {
  override readonly name = 'XmlError'
  readonly line: number
  constructor(message: string, line: number) {
    super(message)
    this.line = line
  }
}

const DEEPEST = 64
/** Of one tag with all its attributes: a failure's message is one of them. */
const LONGEST_TAG = 1_000_000
const NAME = '[A-Za-z_:][\\w:.-]*'
const OPEN_TAG = new RegExp(`^<(${NAME})((?:\\s+${NAME}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*)\\s*(/?)>$`)
const CLOSE_TAG = new RegExp(`^</(${NAME})\\s*>$`)
const ATTRIBUTE = new RegExp(`(${NAME})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'g')
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }
/** The longest reference, `&#x10FFFF;`. */
const LONGEST_REFERENCE = 10
/** What begins with these ends with those; what is in between is skipped, of CDATA it is text. */
const SPANS = [
  { begin: '<!--', end: '-->', isText: false },
  { begin: '<?', end: '?>', isText: false },
  { begin: '<![CDATA[', end: ']]>', isText: true },
] as const

export function createXmlReader(events: XmlEvents, roots: readonly string[]): XmlReader {
  const open: string[] = []
  let rest = ''
  let line = 1
  let hasRoot = false
  let span: (typeof SPANS)[number] | null = null
  /** How much of `rest` was searched for a tag's end, and the quote it stands in there. */
  let searched = 0
  let quote = ''

  const fail = (message: string): never => {
    throw new XmlError(message, line)
  }

  const take = (size: number): string => {
    const taken = rest.slice(0, size)
    rest = rest.slice(size)
    for (let at = taken.indexOf('\n'); at !== -1; at = taken.indexOf('\n', at + 1)) line += 1
    return taken
  }

  const text = (piece: string, isRaw: boolean): void => {
    if (piece === '') return
    if (open.length > 0) events.text(isRaw ? piece : decode(piece, fail))
    else if (piece.trim() !== '') fail('text outside of the document')
  }

  const tag = (source: string): void => {
    const closed = CLOSE_TAG.exec(source)?.[1]
    if (closed !== undefined) {
      if (open.pop() !== closed) fail(`</${closed.slice(0, 40)}> closes what is not open`)
      events.close(closed)
      return
    }
    const [, name = fail(`not a tag: ${source.slice(0, 40)}`), attributes = '', slash] =
      OPEN_TAG.exec(source) ?? []
    if (open.length === 0 && hasRoot) fail(`a second document: <${name}>`)
    if (open.length >= DEEPEST) fail(`deeper than ${DEEPEST} elements`)
    if (!hasRoot && !roots.includes(name)) fail(`the document is <${name}>, not <${roots.join('> or <')}>`)
    hasRoot = true
    events.open(name, attributesOf(attributes, fail))
    if (slash === '/') events.close(name)
    else open.push(name)
  }

  const inSpan = (): boolean => {
    if (span === null) return false
    const at = rest.indexOf(span.end)
    // The end may be cut in two.
    const size = at === -1 ? Math.max(0, rest.length - span.end.length + 1) : at
    const inside = take(size)
    if (span.isText) text(inside, true)
    if (at === -1) return false
    take(span.end.length)
    span = null
    return true
  }

  const plain = (at: number): boolean => {
    let size = at === -1 ? rest.length : at
    const reference = rest.lastIndexOf('&', size - 1)
    const isCut = reference !== -1 && reference > size - LONGEST_REFERENCE && !rest.includes(';', reference)
    if (at === -1 && isCut) size = reference
    if (size <= 0) return false
    text(take(size), false)
    return true
  }

  const markup = (): boolean => {
    const known = SPANS.find(({ begin }) => rest.startsWith(begin))
    if (known !== undefined) {
      take(known.begin.length)
      span = known
      return true
    }
    if (SPANS.some(({ begin }) => begin.startsWith(rest))) return false
    if (rest.startsWith('<!')) fail('a document type: it is not read, as it could define entities')
    const size = tagEnd()
    if (size === -1) return false
    tag(take(size))
    return true
  }

  /** Size of the tag at the beginning of `rest`; -1 while its end has not come. A `>` in a value ends nothing. */
  const tagEnd = (): number => {
    for (; searched < rest.length; searched++) {
      const sign = rest[searched] ?? ''
      if (quote !== '') quote = sign === quote ? '' : quote
      else if (sign === '"' || sign === "'") quote = sign
      else if (sign === '>') {
        const size = searched + 1
        searched = 0
        return size
      }
    }
    if (rest.length > LONGEST_TAG) fail(`a tag longer than ${LONGEST_TAG} characters`)
    return -1
  }

  const step = (): boolean => {
    if (rest === '') return false
    if (span !== null) return inSpan()
    const at = rest.indexOf('<')
    return at === 0 ? markup() : plain(at)
  }

  return {
    push(more) {
      rest += more
      while (step());
    },
    end: () => hasRoot && open.length === 0 && rest.trim() === '' && span === null,
  }
}

function attributesOf(text: string, fail: (message: string) => never): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const [, name = '', double, single] of text.matchAll(ATTRIBUTE)) {
    if (attributes.has(name)) fail(`the attribute ${name} twice`)
    attributes.set(name, decode((double ?? single ?? '').replace(/[\t\n\r]/g, ' '), fail))
  }
  return attributes
}

function decode(text: string, fail: (message: string) => never): string {
  if (!text.includes('&')) return text
  return text.replace(/&([^;&\s]{0,8});?/g, (reference, name: string) => {
    if (!reference.endsWith(';')) return fail(`an "&" that is no reference: ${reference}`)
    const known = ENTITIES[name]
    if (known !== undefined) return known
    const [, hex, decimal] = /^#(?:x([\dA-Fa-f]{1,6})|(\d{1,7}))$/.exec(name) ?? []
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : fail(`an unknown entity: ${reference}`)
  })
}
