/**
 * RFC 2217, pure: what is asked of the port behind a console server and what it answers (sections 2 and 3). The server
 * answers each command with its own number and a hundred, and with what is set now, which need not be what was asked.
 */
import { createTelnetCodec, subnegotiation } from '../../telnet.ts'

export const COM_PORT_OPTION = 44

export type PortSettings = {
  baudRate: number
  dataBits: 5 | 6 | 7 | 8
  parity: 'none' | 'odd' | 'even' | 'mark' | 'space'
  stopBits: 1 | 1.5 | 2
  rtscts: boolean
}

export type ComPort = {
  /** To be sent first. */
  begin(): Uint8Array
  /** Bytes of the line, and what has to be sent now. */
  hear(chunk: Uint8Array): { data: Uint8Array; reply: Uint8Array }
  encode(bytes: Uint8Array): Uint8Array
  /** To be sent: the line is held at break from the one to the other. */
  holdBreak(held: boolean): Uint8Array
  state(): ComPortState
}

export type ComPortState =
  | { kind: 'asking' }
  | { kind: 'refused' }
  /** What has not been acknowledged yet, in words: `baud rate 115200`. */
  | { kind: 'setting'; missing: readonly string[] }
  | { kind: 'other'; asked: string; got: string }
  | { kind: 'set' }

type Setting = { name: string; code: number; size: 1 | 4; value: number; words(value: number): string }

const PARITY = ['none', 'odd', 'even', 'mark', 'space'] as const
const STOP_BITS = [1, 2, 1.5] as const
const [NO_FLOW_CONTROL, XON_XOFF, HARDWARE] = [1, 2, 3] as const
const FLOW = new Map<number, string>([
  [NO_FLOW_CONTROL, 'none'],
  [XON_XOFF, 'XON/XOFF'],
  [HARDWARE, 'RTS/CTS'],
  [17, 'DCD'],
  [19, 'DSR'],
])
const SET_CONTROL = 5
const [BREAK_ON, BREAK_OFF] = [5, 6] as const
/** What a server's answers begin at. */
const ANSWERS = 100

export function createComPort(settings: PortSettings): ComPort {
  const codec = createTelnetCodec({ extension: COM_PORT_OPTION })
  const missing = new Map(settingsOf(settings).map(setting => [setting.code + ANSWERS, setting]))
  let asked = false
  let other: ComPortState | null = null

  const take = (told: Uint8Array): void => {
    const setting = missing.get(told[0] ?? 0)
    if (setting === undefined || told.length !== 1 + setting.size) return
    const value = told.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0)
    // The same answer tells of BREAK, DTR and RTS.
    if (setting.code === SET_CONTROL && !FLOW.has(value)) return
    missing.delete(setting.code + ANSWERS)
    if (value === setting.value) return
    const [want, got] = [setting.words(setting.value), setting.words(value)]
    other ??= { kind: 'other', asked: `${setting.name} ${want}`, got }
  }

  const orders = (): Uint8Array => {
    if (asked || codec.extension() !== 'agreed') return new Uint8Array(0)
    asked = true
    return Buffer.concat([...missing.values()].map(encodeSetting))
  }

  return {
    begin: codec.offer,
    hear(chunk) {
      const { data, reply, told } = codec.decode(chunk)
      for (const each of told) take(each)
      return { data, reply: Buffer.concat([reply, orders()]) }
    },
    encode: codec.encode,
    holdBreak: held => subnegotiation(COM_PORT_OPTION, [SET_CONTROL, held ? BREAK_ON : BREAK_OFF]),
    state() {
      if (codec.extension() === 'refused') return { kind: 'refused' }
      if (!asked) return { kind: 'asking' }
      if (other !== null) return other
      const left = [...missing.values()].map(({ name, value, words }) => `${name} ${words(value)}`)
      return left.length === 0 ? { kind: 'set' } : { kind: 'setting', missing: left }
    },
  }
}

function settingsOf({ baudRate, dataBits, parity, stopBits, rtscts }: PortSettings): Setting[] {
  const flow = rtscts ? HARDWARE : NO_FLOW_CONTROL
  return [
    { name: 'baud rate', code: 1, size: 4, value: baudRate, words: String },
    { name: 'data bits', code: 2, size: 1, value: dataBits, words: String },
    { name: 'parity', code: 3, size: 1, value: PARITY.indexOf(parity) + 1, words: nth(PARITY) },
    { name: 'stop bits', code: 4, size: 1, value: STOP_BITS.indexOf(stopBits) + 1, words: nth(STOP_BITS) },
    { name: 'flow control', code: SET_CONTROL, size: 1, value: flow, words: value => FLOW.get(value) ?? '?' },
  ]
}

/** Values count from 1; what is in no table is told as its number. */
function nth(names: readonly (string | number)[]): (value: number) => string {
  return value => String(names[value - 1] ?? `number ${value}`)
}

function encodeSetting({ code, size, value }: Setting): Uint8Array {
  const number = Buffer.alloc(4)
  number.writeUInt32BE(value)
  return subnegotiation(COM_PORT_OPTION, [code, ...number.subarray(4 - size)])
}
