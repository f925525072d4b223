import { createHash } from 'node:crypto'
import { sumOf } from '../../../../src/hardware/console/shell/frame-sum.ts'
import { UNIT } from '../../../../src/hardware/console/transfer/limits.ts'
import { type EmulatorOptions, emulateShell, PROMPT, type ShellLine, WORD } from '../shell/emulator.ts'

/** A board with all that a transfer wants, as its own helpers would behave; the terminal's time is the fake clock's. */
export type EmulatedBoard = {
  files: Map<string, Buffer>
  /** From the first transfer on, what becomes of bytes on the way to the board and from it. */
  damage: { in(bytes: Buffer): Buffer; out(bytes: Buffer): Buffer } | null
  /** Whatever is said comes in pieces of so many bytes. */
  chunk: number
  /** Bytes that reached a shell's prompt and are no line of ours. */
  strays: string[]
}

/** termios(3) VTIME as the receiver sets it. */
const SILENCE_MS = 500

const TOOLS = 'seek dd\nmodes stty\ncount head -c \n'

export function emulateBoard(
  line: ShellLine,
  gzip: boolean,
  more: Partial<Pick<EmulatorOptions, 'run' | 'other'>> = {},
): EmulatedBoard {
  const board: EmulatedBoard = { files: new Map(), damage: null, chunk: 4096, strays: [] }
  let active = false
  const say = (bytes: Buffer): void => {
    const said = active && board.damage !== null ? board.damage.out(bytes) : bytes
    for (let at = 0; at < said.length; at += board.chunk) line.say(said.subarray(at, at + board.chunk))
  }
  const sayText = (text: string): void => say(Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'))
  emulateShell(line, {
    run(command) {
      const output = Buffer.from(answerTo(command, gzip, board))
      return (output.length === 0 ? more.run?.(command) : undefined) ?? { status: 0, output }
    },
    ...(more.other === undefined ? {} : { other: more.other }),
    speak: bytes => say(bytes),
  })
  const toShell = line.onTyped
  let receiver: Receiver | null = null
  let begun = ''
  const take = (bytes: Buffer): void => {
    if (receiver !== null) {
      const rest = receiver.take(bytes)
      if (rest === null) return
      receiver = null
      if (rest.length > 0) take(rest)
      return
    }
    const newline = bytes.indexOf(0x0a)
    const part = newline === -1 ? bytes : bytes.subarray(0, newline + 1)
    begun += part.toString('latin1')
    if (newline === -1) return
    const typed = begun
    begun = ''
    const start = /^_G (\d+) (\d+) (\S+) (\S+) (\S+)\n$/.exec(typed)
    if (start === null) atPrompt(typed)
    else receiver = begin(start)
    if (part.length < bytes.length) take(bytes.subarray(part.length))
  }
  const atPrompt = (typed: string): void => {
    if (/[^\x03\x15\n\x20-\x7e]/.test(typed)) board.strays.push(typed)
    toShell(typed)
  }
  const begin = ([
    ,
    number = '',
    check = '',
    mode = '',
    sum = '',
    quoted = '',
  ]: RegExpExecArray): Receiver | null => {
    const word = quoted.replaceAll("'", '')
    const trailer = `${mode}${sum}${word}`
    if (trailer.length + Number(number) !== Number(check)) {
      sayText(`@${WORD} ${number} d\n${PROMPT}:${Number(number) - 1}> `)
      return null
    }
    const part = board.files.get(word) ?? Buffer.alloc(0)
    const about = sumOf('cksum', Buffer.from(trailer))
    sayText(`@${WORD} ${number}\n@${WORD} ${number} s${part.length > 0 ? 1 : 0}:99999999:${about}\n`)
    return createReceiver(line, board, { number, mode, sum, word, trailer }, sayText)
  }
  line.onTyped = text => {
    active ||= text.startsWith('_G ')
    const bytes = Buffer.from(text, 'latin1')
    take(active && board.damage !== null ? board.damage.in(bytes) : bytes)
  }
  return board
}

function answerTo(command: string, gzip: boolean, board: EmulatedBoard): string {
  if (command.includes('_G()')) return TOOLS + (gzip ? 'gzip gzip\n' : '')
  if (command.includes('echo "tools$_l"')) return 'tools setsid env df\ndecoder base64 -d\n'
  if (command.startsWith('_f=')) {
    const path = /^_f=([^;]*);/.exec(command)?.[1] ?? ''
    return `${createHash('sha256')
      .update(board.files.get(path) ?? '')
      .digest('hex')}\n`
  }
  return ''
}

type Told = { number: string; mode: string; sum: string; word: string; trailer: string }

/** Takes bytes until it has ended; then what is left belongs to the shell. */
type Receiver = { take(bytes: Buffer): Buffer | null }

function createReceiver(
  line: ShellLine,
  board: EmulatedBoard,
  told: Told,
  say: (text: string) => void,
): Receiver {
  const isRaw = told.mode.startsWith('r')
  let state: 'header' | 'body' | 'drain' = 'header'
  let held = Buffer.alloc(0)
  let frame = { unit: 0, length: 0 }
  let ended = false
  let timer: { cancel(): void } | null = null
  const report = (text: string): void => say(`@${WORD} ${told.number} ${text}\n`)

  const write = (unit: number, bytes: Buffer): void => {
    const before = board.files.get(told.word) ?? Buffer.alloc(0)
    const after = Buffer.alloc(Math.max(before.length, unit * UNIT + bytes.length))
    before.copy(after)
    bytes.copy(after, unit * UNIT)
    board.files.set(told.word, after)
    report(`${unit}:${sumOf('cksum', bytes)}:${unit}`)
  }
  const end = (status: number): void => {
    ended = true
    const sum = sumOf('cksum', Buffer.from(`${told.number} ${status} ${told.trailer}`))
    const frameText = `@${WORD} ${told.number} ${status} ${sum}\n`
    say(`\n${frameText}${frameText}${PROMPT}:${told.number}> `)
  }
  const finish = (): void => {
    const part = board.files.get(told.word) ?? Buffer.alloc(0)
    const isRight = createHash('sha256').update(part).digest('hex') === told.sum
    if (isRight) {
      board.files.delete(told.word)
      board.files.set(told.word.replace(/\.part$/, ''), part)
      end(0)
    } else report('#')
  }
  const heedFrame = (unit: string, second: string, rest: string): void => {
    const isHeader = isNumber(unit) && isNumber(second)
    if (isRaw && isHeader && isNumber(rest) && Number(unit) + Number(second) === Number(rest)) {
      frame = { unit: Number(unit), length: Number(second) }
      state = 'body'
    } else if (isHeader && Number(unit) + rest.length === Number(second) && /^[A-Za-z0-9+/]+=*$/.test(rest))
      write(Number(unit), Buffer.from(rest, 'base64'))
    else if (isRaw) state = 'drain'
    else report('-')
  }
  const heedLine = (text: string): void => {
    const [first = '', second = '', third = '', ...more] = text.split(' ').filter(word => word !== '')
    if (first === '') return
    if (/^\x03(?:|.|echo)$/.test(first + second) || (first === ':' && second === 'q')) end(1)
    else if (first === ':' && second === '?') report('!')
    else if (first === ':' && second === '=') finish()
    else heedFrame(first === ':' ? second : '', third, more.join(' '))
  }
  const step = (): boolean => {
    if (ended || held.length === 0) return false
    if (state === 'drain') return false
    if (state === 'body') {
      if (held.length < frame.length) return false
      const bytes = held.subarray(0, frame.length)
      held = held.subarray(frame.length)
      state = 'header'
      write(frame.unit, Buffer.from(bytes))
      return true
    }
    const newline = held.indexOf(0x0a)
    if (newline === -1) return false
    const text = held.toString('latin1', 0, newline)
    held = held.subarray(newline + 1)
    heedLine(text)
    return true
  }
  const silence = (): void => {
    if (state === 'body') {
      state = 'header'
      const bytes = held
      held = Buffer.alloc(0)
      write(frame.unit, bytes)
    } else if (state === 'drain') {
      state = 'header'
      if (/\x03.?\n/.test(held.toString('latin1'))) end(1)
      else report('!')
    }
    held = Buffer.alloc(0)
  }
  return {
    take(bytes) {
      held = Buffer.concat([held, bytes])
      timer?.cancel()
      while (step());
      if (ended) return held
      if (!isRaw && held.includes(0x03)) {
        say(`\n${PROMPT}:${told.number}> `)
        ended = true
        return held.subarray(held.indexOf(0x03) + 1)
      }
      if (isRaw) timer = line.clock.after(SILENCE_MS, silence)
      return null
    },
  }
}

function isNumber(text: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(text)
}
