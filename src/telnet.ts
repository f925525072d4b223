/**
 * Telnet, byte-exact and pure: RFC 854 (commands, NVT), RFC 855 (options), RFC 856 (BINARY), RFC 1143 (answers
 * without loops). Bytes in, data and answers out; who moves them is the console driver's business.
 *
 * What is agreed to: the peer may ECHO (RFC 857), both may SUPPRESS-GO-AHEAD (RFC 858) and be BINARY; all else is
 * refused. We ask for nothing ourselves.
 */
export type TelnetDecoded = {
  /** The line's own bytes; may be the very array that came in. */
  data: Uint8Array
  /** Answers to negotiation, to be sent as they are, before anything that is encoded later. */
  reply: Uint8Array
}

export type TelnetCodec = {
  /** Takes chunks cut anywhere, also inside commands. Never throws. */
  decode(chunk: Uint8Array): TelnetDecoded
  /** Bytes as they go over the wire under what is agreed so far; the same array when nothing needs escaping. */
  encode(data: Uint8Array): Uint8Array
  /** Whether bytes pass as they are (RFC 856) from the peer, and to it. */
  binary(): { received: boolean; sent: boolean }
}

const IAC = 255
const DONT = 254
const DO = 253
const WONT = 252
const WILL = 251
const SB = 250
/** EOF of RFC 1184; below it no document has a command. */
const LOWEST_COMMAND = 236
const CR = 13
const NUL = 0

const BINARY = 0
const ECHO = 1
const SUPPRESS_GO_AHEAD = 3

/** What the peer may switch on for itself, and what we switch on when it asks. */
const PEER_MAY = new Set([BINARY, ECHO, SUPPRESS_GO_AHEAD])
const WE_MAY = new Set([BINARY, SUPPRESS_GO_AHEAD])

/** A peer that asks for ever about one option gets this many answers on it, then silence. */
const ANSWERS_PER_OPTION = 4
/** A subnegotiation that never ends would swallow the console; nothing we refuse sends more than this. */
const LONGEST_SUBNEGOTIATION = 4096
const NOTHING = new Uint8Array(0)

type State = 'data' | 'command' | 'will' | 'wont' | 'do' | 'dont' | 'sub' | 'sub-command'

export function createTelnetCodec(): TelnetCodec {
  const peer = createSide(PEER_MAY, DO, DONT)
  const we = createSide(WE_MAY, WILL, WONT)
  let state: State = 'data'
  let afterCr = false
  let subLength = 0

  /** Follows one byte that is not plain data; true when it stands for a data byte (a doubled IAC). */
  const step = (byte: number, reply: number[]): boolean => {
    switch (state) {
      case 'data':
        state = 'command'
        return false
      case 'command':
        state = afterCommand(byte)
        subLength = 0
        return byte === IAC
      case 'will':
      case 'wont':
        reply.push(...peer.hear(byte, state === 'will'))
        state = 'data'
        return false
      case 'do':
      case 'dont':
        reply.push(...we.hear(byte, state === 'do'))
        state = 'data'
        return false
      case 'sub':
        subLength += 1
        state = byte === IAC ? 'sub-command' : subLength < LONGEST_SUBNEGOTIATION ? 'sub' : 'data'
        return false
      case 'sub-command':
        // IAC IAC is a byte of its content; any other command but SE means that the peer forgot the SE.
        state = byte === IAC ? 'sub' : afterCommand(byte)
        return false
    }
  }

  /** RFC 854: outside BINARY a CR that is no newline travels as CR NUL. */
  const isPadding = (byte: number): boolean => {
    const padding = afterCr && byte === NUL && !peer.isOn(BINARY)
    afterCr = byte === CR
    return padding
  }

  const isPlain = (chunk: Uint8Array): boolean =>
    state === 'data' && !chunk.includes(IAC) && (peer.isOn(BINARY) || (!afterCr && !chunk.includes(CR)))

  return {
    decode(chunk) {
      if (isPlain(chunk)) {
        afterCr = chunk.length > 0 ? chunk.at(-1) === CR : afterCr
        return { data: chunk, reply: NOTHING }
      }
      const data = new Uint8Array(chunk.length + 1)
      const reply: number[] = []
      let length = 0
      for (const byte of chunk) {
        // QEMU 7.2 does not double the 255 of its guest's output: before what is no command it is data.
        if (state === 'command' && byte < LOWEST_COMMAND) {
          state = 'data'
          afterCr = false
          data[length++] = IAC
        }
        const isData = state === 'data' && byte !== IAC ? true : step(byte, reply)
        if (isData && !isPadding(byte)) data[length++] = byte
      }
      return { data: data.subarray(0, length), reply: Uint8Array.from(reply) }
    },
    encode: data => escapeBytes(data, we.isOn(BINARY)),
    binary: () => ({ received: peer.isOn(BINARY), sent: we.isOn(BINARY) }),
  }
}

function afterCommand(byte: number): State {
  switch (byte) {
    case WILL:
      return 'will'
    case WONT:
      return 'wont'
    case DO:
      return 'do'
    case DONT:
      return 'dont'
    case SB:
      return 'sub'
    default:
      // IAC, SE, and commands without argument (RFC 854: NOP, DM, BRK, IP, AO, AYT, EC, EL, GA), which say nothing to us.
      return 'data'
  }
}

type Side = { isOn(option: number): boolean; hear(option: number, wanted: boolean): number[] }

/** The options of one end of the line: only a change is answered (RFC 1143 section 2), a refusal once. */
function createSide(allowed: ReadonlySet<number>, yes: number, no: number): Side {
  const on = new Set<number>()
  const answers = new Uint8Array(256)
  const refused = new Set<number>()

  const answer = (verb: number, option: number): number[] => {
    const given = answers[option] ?? 0
    if (given >= ANSWERS_PER_OPTION) return []
    answers[option] = given + 1
    return [IAC, verb, option]
  }

  const switchOff = (option: number): number[] => (on.delete(option) ? answer(no, option) : [])

  const switchOn = (option: number): number[] => {
    if (on.has(option) || refused.has(option)) return []
    if (!allowed.has(option)) {
      refused.add(option)
      return answer(no, option)
    }
    const words = answer(yes, option)
    // What is not answered is not agreed, and so does not change how bytes are read.
    if (words.length > 0) on.add(option)
    return words
  }

  return {
    isOn: option => on.has(option),
    hear: (option, wanted) => (wanted ? switchOn(option) : switchOff(option)),
  }
}

function escapeBytes(data: Uint8Array, binary: boolean): Uint8Array {
  let extra = 0
  for (const byte of data) if (byte === IAC || (byte === CR && !binary)) extra += 1
  if (extra === 0) return data
  const wire = new Uint8Array(data.length + extra)
  let at = 0
  for (const byte of data) {
    wire[at++] = byte
    if (byte === IAC) wire[at++] = IAC
    else if (byte === CR && !binary) wire[at++] = NUL
  }
  return wire
}
