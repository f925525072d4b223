/**
 * Telnet, byte-exact and pure: RFC 854 (commands, NVT), RFC 855 (options), RFC 856 (BINARY), RFC 1143 (answers
 * without loops). Bytes in, data and answers out; who moves them is the console driver's business.
 *
 * What is agreed to: the peer may ECHO (RFC 857), both may SUPPRESS-GO-AHEAD (RFC 858) and be BINARY; all else is
 * refused. We ask for nothing ourselves, but for one option of ours where the driver has one (`extension`). The side
 * that people connect to (`serves`) is the other way round: it offers to echo and to suppress go-ahead.
 */
export type TelnetDecoded = {
  /** The line's own bytes; may be the very array that came in. */
  data: Uint8Array
  /** Answers to negotiation, to be sent as they are, before anything that is encoded later. */
  reply: Uint8Array
  /** What whole subnegotiations of the extension said, without their frame. */
  told: readonly Uint8Array[]
}

export type TelnetCodec = {
  /** Takes chunks cut anywhere, also inside commands. Never throws. */
  decode(chunk: Uint8Array): TelnetDecoded
  /** Bytes as they go over the wire under what is agreed so far; the same array when nothing needs escaping. */
  encode(data: Uint8Array): Uint8Array
  /** Whether bytes pass as they are (RFC 856) from the peer, and to it. */
  binary(): { received: boolean; sent: boolean }
  /** WILL for what we offer, to be sent; empty when there is nothing to ask: the peer asked first, or said no. */
  offer(): Uint8Array
  /** How the extension stands. */
  extension(): Standing
  /** How our echoing stands; it stays open with a peer that does not speak telnet. */
  echo(): Standing
}

export type Standing = 'open' | 'agreed' | 'refused'

export type TelnetCodecOptions = {
  /** An option beside the usual that our side has and the peer may want (RFC 855): RFC 2217's COM-PORT-OPTION is one. */
  extension?: number
  /** We are the server (RFC 857, 858), and a newline is the one key that the person pressed: CR LF is read as CR. */
  serves?: true
}

const IAC = 255
const DONT = 254
const DO = 253
const WONT = 252
const WILL = 251
const SB = 250
const SE = 240
/** EOF of RFC 1184; below it no document has a command. */
const LOWEST_COMMAND = 236
const LF = 10
const CR = 13
const NUL = 0

const BINARY = 0
const ECHO = 1
const SUPPRESS_GO_AHEAD = 3

/** What the peer may switch on for itself, and what we switch on when it asks. */
const PEER_MAY = new Set([BINARY, ECHO, SUPPRESS_GO_AHEAD])
const WE_MAY = new Set([BINARY, SUPPRESS_GO_AHEAD])
/** Two that echo each other never end: of a server and its client only the server may. */
const CLIENT_MAY = WE_MAY
const SERVER_MAY = PEER_MAY
const SERVER_OFFERS = [ECHO, SUPPRESS_GO_AHEAD]

/** A peer that asks for ever about one option gets this many answers on it, then silence. */
const ANSWERS_PER_OPTION = 4
/** A subnegotiation that never ends would swallow the console; nothing we refuse sends more than this. */
const LONGEST_SUBNEGOTIATION = 4096
const NOTHING = new Uint8Array(0)
const NOBODY: readonly Uint8Array[] = []

type State = 'data' | 'command' | 'will' | 'wont' | 'do' | 'dont' | 'sub' | 'sub-command'

export function createTelnetCodec({ extension, serves }: TelnetCodecOptions = {}): TelnetCodec {
  const extensions = extension === undefined ? [] : [extension]
  const peer = createSide(serves ? CLIENT_MAY : PEER_MAY, DO, DONT)
  const we = createSide(new Set([...(serves ? SERVER_MAY : WE_MAY), ...extensions]), WILL, WONT)
  const offers = serves ? [...SERVER_OFFERS, ...extensions] : extensions
  let state: State = 'data'
  let afterCr = false
  let subLength = 0
  /** Option and content of the subnegotiation that is being heard, where we listen to one. */
  let sub: number[] = []
  let told: Uint8Array[] = []

  const keep = (byte: number): void => {
    if (extension !== undefined) sub.push(byte)
  }

  const endSub = (): void => {
    if (sub.length > 0 && sub[0] === extension) told.push(Uint8Array.from(sub.slice(1)))
    sub = []
  }

  /** Follows one byte that is not plain data; true when it stands for a data byte (a doubled IAC). */
  const step = (byte: number, reply: number[]): boolean => {
    switch (state) {
      case 'data':
        state = 'command'
        return false
      case 'command':
        state = afterCommand(byte)
        subLength = 0
        sub = []
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
        if (byte !== IAC) keep(byte)
        state = byte === IAC ? 'sub-command' : subLength < LONGEST_SUBNEGOTIATION ? 'sub' : 'data'
        return false
      case 'sub-command':
        // IAC IAC is a byte of its content; any other command but SE means that the peer forgot the SE.
        state = byte === IAC ? 'sub' : afterCommand(byte)
        if (byte === IAC) keep(byte)
        else if (byte === SE) endSub()
        else sub = []
        return false
    }
  }

  /** RFC 854: outside BINARY a CR that is no newline travels as CR NUL. */
  const isPadding = (byte: number): boolean => {
    const padding = afterCr && (byte === NUL || (serves === true && byte === LF)) && !peer.isOn(BINARY)
    afterCr = byte === CR
    return padding
  }

  const isPlain = (chunk: Uint8Array): boolean =>
    state === 'data' && !chunk.includes(IAC) && (peer.isOn(BINARY) || (!afterCr && !chunk.includes(CR)))

  return {
    decode(chunk) {
      if (isPlain(chunk)) {
        afterCr = chunk.length > 0 ? chunk.at(-1) === CR : afterCr
        return { data: chunk, reply: NOTHING, told: NOBODY }
      }
      const data = new Uint8Array(chunk.length + 1)
      const reply: number[] = []
      told = []
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
      return { data: data.subarray(0, length), reply: Uint8Array.from(reply), told }
    },
    encode: data => escapeBytes(data, we.isOn(BINARY)),
    binary: () => ({ received: peer.isOn(BINARY), sent: we.isOn(BINARY) }),
    offer: () => Uint8Array.from(offers.flatMap(option => we.offer(option))),
    extension: () => (extension === undefined ? 'refused' : we.standing(extension)),
    echo: () => we.standing(ECHO),
  }
}

/** A subnegotiation as it goes over the wire: IAC SB option content IAC SE (RFC 855). */
export function subnegotiation(option: number, content: readonly number[]): Uint8Array {
  const doubled = [option, ...content].flatMap(byte => (byte === IAC ? [IAC, IAC] : [byte]))
  return Uint8Array.of(IAC, SB, ...doubled, IAC, SE)
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

type Side = {
  isOn(option: number): boolean
  hear(option: number, wanted: boolean): number[]
  /** Asks for an option of ours, once. */
  offer(option: number): number[]
  standing(option: number): Standing
}

/** The options of one end of the line: only a change is answered (RFC 1143 section 2), a refusal once. */
function createSide(allowed: ReadonlySet<number>, yes: number, no: number): Side {
  const on = new Set<number>()
  const answers = new Uint8Array(256)
  const refused = new Set<number>()
  /** What we asked for and has no answer yet: the peer's next word on it is that answer, and is not answered. */
  const offered = new Set<number>()
  const denied = new Set<number>()

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

  const settle = (option: number, wanted: boolean): number[] => {
    if (wanted) on.add(option)
    else denied.add(option)
    return []
  }

  return {
    isOn: option => on.has(option),
    hear(option, wanted) {
      if (offered.delete(option)) return settle(option, wanted)
      return wanted ? switchOn(option) : switchOff(option)
    },
    offer(option) {
      if (on.has(option) || denied.has(option) || offered.has(option)) return []
      offered.add(option)
      return [IAC, yes, option]
    },
    standing: option => (on.has(option) ? 'agreed' : denied.has(option) ? 'refused' : 'open'),
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
