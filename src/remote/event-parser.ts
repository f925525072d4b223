/** Server-sent events out of a stream of bytes, wherever it is cut (HTML standard, 9.2.6). */

export type ServerEvent = {
  name: string
  data: string
  /** The last id that was given; empty before the first. */
  id: string
}

const MOST_BUFFERED = 32 * 1024 * 1024

export type EventParser = {
  /** Events that are whole now. Throws RangeError for one that does not end. */
  push(bytes: Uint8Array): readonly ServerEvent[]
}

/** `id` is where a stream before this one ended. */
export function createEventParser(id = ''): EventParser {
  const decoder = new TextDecoder('utf-8')
  let rest = ''
  let name = ''
  let data: string[] = []
  let size = 0
  let next = id
  let last = id

  const field = (line: string): void => {
    const cut = line.indexOf(':')
    const key = cut === -1 ? line : line.slice(0, cut)
    const value = cut === -1 ? '' : line.slice(cut + 1).replace(/^ /, '')
    if (key === 'event') name = value
    else if (key === 'data') data.push(value)
    else if (key === 'id' && !value.includes('\0')) next = value
  }
  const take = (line: string): ServerEvent | null => {
    if (line !== '') {
      field(line)
      return null
    }
    last = next
    const event = data.length === 0 ? null : { name: name || 'message', data: data.join('\n'), id: last }
    name = ''
    data = []
    size = 0
    return event
  }
  return {
    push(bytes) {
      rest += decoder.decode(bytes, { stream: true })
      const events: ServerEvent[] = []
      for (;;) {
        const end = /\r\n|\n|\r/.exec(rest)
        // A carriage return at the very end may have its line feed still to come.
        if (end === null || (end[0] === '\r' && end.index === rest.length - 1)) break
        const line = rest.slice(0, end.index)
        rest = rest.slice(end.index + end[0].length)
        size += line.length
        const event = take(line)
        if (event !== null) events.push(event)
      }
      if (rest.length + size > MOST_BUFFERED)
        throw new RangeError(`an event is longer than ${MOST_BUFFERED} characters`)
      return events
    },
  }
}
