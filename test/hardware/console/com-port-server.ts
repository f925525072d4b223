import type { Socket } from 'node:net'
import { createDecoder, escapeBytes, GREETING, IAC } from '../../../src/simulator/telnet.ts'

const [WILL, DO, DONT, SB, SE] = [251, 253, 254, 250, 240] as const
export const COM_PORT = 44
const SET_CONTROL = 5
const [BREAK_ON, BREAK_OFF] = [5, 6] as const

/** How a console server deals with RFC 2217; what is not given is done as ser2net 4.3.11 does it. */
export type Manners = {
  /** Whether it asks for the option itself, waits to be asked, says no, or says nothing at all about it. */
  option?: 'asks' | 'waits' | 'refuses' | 'ignores'
  /** The answer to a command, or none. */
  answer?: (command: number, value: readonly number[]) => readonly number[] | null
}

export type ComPortServer = {
  serve(socket: Socket): void
  /** Commands as they came: `1 0,1,194,0`. */
  commands(): readonly string[]
  /** Bytes of the line that clients sent. */
  heard(): Buffer
  /** Bytes heard before each break that began and ended. */
  breaks(): readonly number[]
}

/** Stricter than ser2net: a command before the option is agreed, or an unknown one, ends the connection. */
export function createComPortServer({ option = 'asks', answer = asAsked }: Manners = {}): ComPortServer {
  const commands: string[] = []
  const heard: Uint8Array[] = []
  const breaks: number[] = []
  let broken: number | null = null

  const serve = (socket: Socket): void => {
    const decode = createDecoder()
    const say = (...bytes: number[]): void => void socket.write(Uint8Array.from(bytes))
    let agreed = false

    const settle = (verb: number): void => {
      agreed = verb === WILL && (option === 'asks' || option === 'waits')
      if (verb === WILL && option === 'refuses') say(IAC, DONT, COM_PORT)
      if (verb === WILL && option === 'waits') say(IAC, DO, COM_PORT)
    }
    const obey = ([command = 0, ...value]: readonly number[]): void => {
      commands.push(`${command} ${value.join()}`)
      if (!agreed || command < 1 || command > 5) return void socket.destroy()
      if (command === SET_CONTROL && value[0] === BREAK_ON) broken = Buffer.concat(heard).length
      if (command === SET_CONTROL && value[0] === BREAK_OFF && broken !== null) breaks.push(broken)
      const words = answer(command, value)
      if (words !== null) socket.write(framed([command + 100, ...words]))
    }

    socket.write(GREETING)
    if (option === 'asks') say(IAC, DO, COM_PORT)
    socket.on('data', chunk => {
      for (const item of decode(chunk)) {
        if (item.kind === 'bytes') heard.push(item.bytes)
        else if (item.kind === 'option' && item.option === COM_PORT) settle(item.verb)
        else if (item.kind === 'subnegotiation' && item.option === COM_PORT) obey([...item.bytes])
      }
    })
  }
  return { serve, commands: () => commands, heard: () => Buffer.concat(heard), breaks: () => breaks }
}

export function asAsked(_command: number, value: readonly number[]): readonly number[] {
  return value
}

/** A subnegotiation of the option, each 255 in it twice. */
export function framed(content: readonly number[]): Buffer {
  return Buffer.from([IAC, SB, COM_PORT, ...escapeBytes(Uint8Array.from(content)), IAC, SE])
}
