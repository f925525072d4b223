/**
 * Telnet as a console server speaks it (RFC 854, 855, 856). Written apart from the product's codec on purpose: two
 * that share a mistake would agree with each other.
 */

export const IAC = 255
const DONT = 254
const DO = 253
const WONT = 252
const WILL = 251
const SB = 250
const SE = 240
export const BREAK = 243

const BINARY = 0
const ECHO = 1
const SGA = 3

/** What QEMU 7.2 sends as soon as a client is there (feasibility.md section 1). */
export const GREETING = Uint8Array.of(IAC, WILL, ECHO, IAC, WILL, SGA, IAC, WILL, BINARY, IAC, DO, BINARY)

export type TelnetItem =
  | { kind: 'bytes'; bytes: Uint8Array }
  | { kind: 'option'; verb: number; option: number }
  | { kind: 'subnegotiation'; option: number; bytes: Uint8Array }
  | { kind: 'command'; code: number }

/** Data as it goes over the wire: each FF twice. */
export function escapeBytes(bytes: Uint8Array): Uint8Array {
  let count = 0
  for (const byte of bytes) if (byte === IAC) count++
  if (count === 0) return bytes
  const out = new Uint8Array(bytes.length + count)
  let at = 0
  for (const byte of bytes) {
    out[at++] = byte
    if (byte === IAC) out[at++] = IAC
  }
  return out
}

type State = 'data' | 'command' | 'option' | 'sub-option' | 'sub-data' | 'sub-command'

/** Takes the stream apart, wherever it was cut into chunks. */
export function createDecoder(): (chunk: Uint8Array) => TelnetItem[] {
  let state: State = 'data'
  let verb = 0
  let option = 0
  let sub: number[] = []
  let items: TelnetItem[] = []

  const command = (byte: number): State => {
    if (byte === IAC) {
      items.push({ kind: 'bytes', bytes: Uint8Array.of(IAC) })
      return 'data'
    }
    if (byte === SB) return 'sub-option'
    if (byte >= WILL && byte <= DONT) {
      verb = byte
      return 'option'
    }
    items.push({ kind: 'command', code: byte })
    return 'data'
  }

  const subCommand = (byte: number): State => {
    if (byte === IAC) {
      sub.push(IAC)
      return 'sub-data'
    }
    items.push({ kind: 'subnegotiation', option, bytes: Uint8Array.from(sub) })
    sub = []
    // IAC and anything but SE is a broken sender (RFC 855): the block is taken as ended, the command obeyed.
    return byte === SE ? 'data' : command(byte)
  }

  const step = (byte: number): State => {
    switch (state) {
      case 'data':
        return 'command'
      case 'command':
        return command(byte)
      case 'option':
        items.push({ kind: 'option', verb, option: byte })
        return 'data'
      case 'sub-option':
        option = byte
        return 'sub-data'
      case 'sub-data':
        if (byte === IAC) return 'sub-command'
        sub.push(byte)
        return 'sub-data'
      case 'sub-command':
        return subCommand(byte)
    }
  }

  return chunk => {
    items = []
    for (let at = 0; at < chunk.length; ) {
      if (state !== 'data') {
        state = step(chunk[at++] ?? 0)
        continue
      }
      const found = chunk.indexOf(IAC, at)
      const end = found === -1 ? chunk.length : found
      if (end > at) items.push({ kind: 'bytes', bytes: chunk.subarray(at, end) })
      if (found !== -1) state = 'command'
      at = end + 1
    }
    return items
  }
}

/**
 * Answers a client's wishes: agreed to what the greeting offers, refused otherwise. Each is answered once, so that
 * two sides can never send each other round in circles.
 */
export function createNegotiator(): (verb: number, option: number) => Uint8Array | null {
  const answered = new Set<number>()
  return (verb, option) => {
    const key = verb * 256 + option
    if (answered.has(key)) return null
    answered.add(key)
    if (verb === DO) return option <= SGA && option !== 2 ? null : Uint8Array.of(IAC, WONT, option)
    if (verb !== WILL || option === BINARY) return null
    return Uint8Array.of(IAC, option === SGA ? DO : DONT, option)
  }
}
