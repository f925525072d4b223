import { sumOf } from '../../../../src/hardware/console/shell/frame-sum.ts'
import type { Session } from '../../../../src/hardware/console/shell/session.ts'
import { createTalk, type Talk } from '../../../../src/hardware/console/shell/talk.ts'
import type { RecorderNews } from '../../../../src/hardware/types.ts'
import { silentLog } from '../../../../src/log.ts'
import { createFakeClock, type FakeClock } from '../../../fake-clock.ts'

/** A console in memory: what is typed goes to `onTyped`, and whatever is said is heard at once. */
export type MemoryLine = {
  clock: FakeClock
  talk: Talk
  say(bytes: Uint8Array | string): void
  onTyped: (text: string) => void
  news(news: RecorderNews): void
}

export function createMemoryLine(options: { secret?: string } = {}): MemoryLine {
  const clock = createFakeClock()
  const listeners = new Set<(news: RecorderNews) => void>()
  let head = 0
  const news = (item: RecorderNews): void => {
    for (const listener of [...listeners]) listener(item)
  }
  const talk = createTalk({
    recorder: {
      where: 'memory',
      state: () => ({ connected: true, since: 0, lastByteAt: null, problem: null, head }),
      listen(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
    },
    write(bytes) {
      line.onTyped(Buffer.from(bytes).toString('latin1'))
      return Promise.resolve()
    },
    clock,
    log: silentLog,
    board: 'b1',
    ...options,
  })
  talk.open()
  const line: MemoryLine = {
    clock,
    talk,
    news,
    onTyped: () => {},
    say(said) {
      const bytes = typeof said === 'string' ? Buffer.from(said, 'latin1') : said
      const offset = head
      head += bytes.length
      news({ kind: 'chunk', chunk: { offset, t: clock.now(), bytes } })
    },
  }
  return line
}

export const WORD = 'aZ09bc'
export const PROMPT = 'brAAAA'

export function sessionOn(talk: Talk): Session {
  return {
    ...{ talk, word: WORD, prompt: PROMPT, nested: true, commandTimeoutMs: 30_000 },
    ...{ sum: 'cksum', folder: '/tmp/.br-test', echo: false, jobControl: true },
    ...{ kernel: null, survey: null, number: 0, dirty: false, lost: null, repaired: 0 },
  }
}

/** What an emulated shell needs of a line. */
export type ShellLine = Pick<MemoryLine, 'clock' | 'say' | 'onTyped'>

export type Emulated = {
  /** Commands that were really run, in order. */
  ran: string[]
  interrupts: number
}

export type EmulatorOptions = {
  run(command: string): { status: number; output: Buffer }
  /** What a program prints, and its status; null when it runs until it is killed. */
  program?(): { status: number; output: Buffer } | null
  /** What becomes of what the board says: noise, cuts, chunks. The default says it as it is. */
  speak?(bytes: Buffer, say: (bytes: Buffer) => void): void
  /** A line that something else takes: true when it did. */
  other?(typed: string): boolean
}

/** The shell's side of the frames, as the helpers on a board say them. */
export function emulateShell(line: ShellLine, options: EmulatorOptions): Emulated {
  const emulated: Emulated = { ran: [], interrupts: 0 }
  let last: { number: string; status: number; output: Buffer; sum: string } | null = null
  let started = ''
  let pending = ''
  /** The command whose document is still being typed, or the program that waits for our answer. */
  let document: { number: string; trailer: string } | null = null
  let waiting: { number: string; end: string } | null = null
  const speak = options.speak ?? ((bytes, say) => say(bytes))
  const out = (bytes: Buffer): void => speak(bytes, spoken => line.say(spoken))
  const onlcr = (bytes: Buffer): Buffer =>
    Buffer.from(bytes.toString('latin1').replaceAll('\n', '\r\n'), 'latin1')
  const ends = (): string => {
    if (last === null) return ''
    const end = `@${WORD} ${last.number} ${last.status} ${last.sum}\n`
    return `\n${end}${end}`
  }
  const prompt = (): string => `${PROMPT}:${last?.number ?? 0}> `

  const command = (number: string, check: string, text: string): void => {
    if (text.length + Number(number) !== Number(check)) {
      out(onlcr(Buffer.from(`@${WORD} ${number} d\n${prompt()}`)))
      return
    }
    emulated.ran.push(text)
    ended(number, text, options.run(text))
  }

  const ended = (number: string, trailer: string, result: { status: number; output: Buffer }): void => {
    started = number
    const { status, output } = result
    const sum = sumOf('cksum', Buffer.concat([output, Buffer.from(`${number} ${status} ${trailer}`)]))
    last = { number, status, output, sum }
    out(onlcr(Buffer.concat([Buffer.from(`@${WORD} ${number}\n`), output, Buffer.from(ends() + prompt())])))
  }

  const again = (number: string): void => {
    if (last?.number === number) {
      const code = `${last.output.toString('base64').replace(/.{76}/g, '$&\n')}\n`
      out(onlcr(Buffer.from(`@${WORD} ${number} b\n${code}${ends()}${prompt()}`)))
      return
    }
    const letter = started === number ? 'x' : 'n'
    out(onlcr(Buffer.from(`@${WORD} ${number} ${letter}\n@${WORD} ${number} ${letter}\n${prompt()}`)))
  }

  const program = (number: string, end: string): void => {
    const result = options.program?.() ?? null
    if (result === null) return
    const { status, output } = result
    const frame = `@${end} ${number} ${status} ${255 - status}\n`
    out(onlcr(Buffer.concat([output, Buffer.from(`\n${frame}${frame}${PROMPT}:${number}> `)])))
  }

  const takeMore = (typed: string): boolean => {
    if (document !== null && typed === '.') {
      ended(document.number, document.trailer, { status: 0, output: Buffer.alloc(0) })
      document = null
    } else if (waiting !== null && typed === 'ok') {
      program(waiting.number, waiting.end)
      waiting = null
    } else return document !== null || waiting !== null
    return true
  }

  const take = (typed: string): void => {
    const block = /^_u (\d+) \d+ (\d+) (.*) <<\\\.$/.exec(typed)
    const start = /^_w (\d+) (\w+) (\w+)$/.exec(typed)
    if (takeMore(typed) || options.other?.(typed) === true) return
    if (block !== null) {
      document = { number: block[1] ?? '', trailer: `${block[2]}${block[3]}` }
      return
    }
    if (start !== null) {
      waiting = { number: start[1] ?? '', end: start[3] ?? '' }
      out(onlcr(Buffer.from(`\n@${start[2]} ${start[1]}\n`)))
      return
    }
    const run = /^_[bm] (\d+) (\d+) '(.*)'$/s.exec(typed)
    const ask = /^_a (\d+)$/.exec(typed)
    const echo = /^ echo (\w+)''(\w+):(\$_n)?:$/.exec(typed)
    if (run !== null) command(run[1] ?? '', run[2] ?? '', unquoted(run[3] ?? ''))
    else if (ask !== null) again(ask[1] ?? '')
    else if (echo !== null)
      out(onlcr(Buffer.from(`${echo[1]}${echo[2]}:${echo[3] === undefined ? '' : WORD}:\n${prompt()}`)))
    else out(Buffer.from(prompt()))
  }

  line.onTyped = text => {
    for (const char of text) {
      if (char === '\x03') {
        emulated.interrupts += 1
        pending = ''
        out(Buffer.from(`\r\n${prompt()}`))
      } else if (char === '\x15') pending = ''
      else if (char === '\n' && !inQuotes(pending)) {
        const typed = pending
        pending = ''
        take(typed)
      } else pending += char
    }
  }
  return emulated
}

function inQuotes(text: string): boolean {
  return text.split("'").length % 2 === 0
}

function unquoted(text: string): string {
  return text.replaceAll("'\\''", "'").replaceAll("'\\\n'", '')
}

/** Lets fake time pass until the promise settles; fails when that takes longer than `withinMs` of it. */
export async function settled<T>(
  clock: FakeClock,
  promise: Promise<T>,
  withinMs: number,
): Promise<{ value: T } | { error: unknown }> {
  let result: { value: T } | { error: unknown } | null = null
  promise.then(
    value => {
      result = { value }
    },
    (error: unknown) => {
      result = { error }
    },
  )
  for (let passed = 0; passed <= withinMs; passed += 100) {
    await clock.pass(0)
    if (result !== null) return result
    await clock.pass(100)
  }
  throw new Error(`not settled within ${withinMs} ms of fake time`)
}
