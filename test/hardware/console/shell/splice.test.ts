import { describe, expect, it } from 'vitest'
import { runProgram } from '../../../../src/hardware/console/program/program.ts'
import { exchangeText } from '../../../../src/hardware/console/shell/command.ts'
import { withoutKernelLines, withoutReturns } from '../../../../src/hardware/console/shell/frame-cut.ts'
import {
  createMemoryLine,
  type EmulatorOptions,
  emulateShell,
  PROMPT,
  sessionOn,
  settled,
  WORD,
} from './emulator.ts'

const never = new AbortController().signal
const ALL = 120_000

const TEXT = 'usb 1-1: new high-speed USB device number 7 using xhci_hcd\r\n'
const KERNEL = `[   12.345678] ${TEXT}`
/** What is spliced in: a kernel's line, one with its level, and two at once. */
const NOISE = [KERNEL, `<6>${KERNEL}`, `${KERNEL}[   12.345690] ${TEXT}`]

const OUTPUTS: readonly [what: string, output: string][] = [
  ['nothing', ''],
  ['a line', 'hello\n'],
  ['lines, the last without its end', 'one\n\nno end'],
  ['empty lines alone', '\n\n'],
  ['a line, and an empty one', 'hello\n\n'],
  ['what looks like our frames', `@${WORD} 3\n@${WORD} 3 0 4038471504\n@aZ09bcaZ09bc 3 0 255\n`],
  ['what looks like our prompt and a log-in', `${PROMPT}:99> login: `],
  ['returns', 'half\rdone\r\n\r'],
]

/** Splices `noise` in once, after `at` bytes of all that is said from the moment on that `armed` is true. */
function createSplicer(at: number, noise: string, dribble: boolean) {
  let said = 0
  const splicer = {
    armed: false,
    said: () => said,
    speak(bytes: Buffer, say: (bytes: Buffer) => void): void {
      const place = splicer.armed ? at - said : -1
      if (splicer.armed) said += bytes.length
      const isHere = place >= 0 && place < bytes.length
      const spliced = isHere
        ? Buffer.concat([bytes.subarray(0, place), Buffer.from(noise), bytes.subarray(place)])
        : bytes
      const step = dribble ? 1 : Math.max(1, spliced.length)
      for (let from = 0; from < spliced.length; from += step) say(spliced.subarray(from, from + step))
    },
  }
  return splicer
}

type Seen = { said: number; status: number | null; text: string; ran: number }

async function runOne(printed: string, at: number, noise: string, dribble: boolean): Promise<Seen> {
  const line = createMemoryLine()
  const log: Buffer[] = []
  const say = line.say
  line.say = bytes => {
    log.push(Buffer.from(bytes as Uint8Array))
    say(bytes)
  }
  const splicer = createSplicer(at, noise, dribble)
  let ran = 0
  const options: EmulatorOptions = {
    run: () => ({ status: 0, output: Buffer.alloc(0) }),
    program() {
      ran += 1
      return { status: 7, output: Buffer.from(printed, 'latin1') }
    },
    speak: splicer.speak,
  }
  emulateShell(line, options)
  const deliver = line.onTyped
  line.onTyped = typed => {
    if (typed.startsWith('_w ')) splicer.armed = true
    deliver(typed)
  }
  const session = sessionOn(line.talk)
  session.survey = { setsid: 'setsid', env: true, df: true, decoder: 'base64 -d' }
  const program = { folder: '/', argv: ['./it'], env: {} }
  const asked = runProgram(session, program, { graceMs: 100 }, never, never, () => {})
  const result = await settled(line.clock, asked, ALL)
  line.talk.close()
  if ('error' in result) throw result.error
  const { status, output } = result.value
  const bytes = Buffer.concat(output.map(({ from, to }) => Buffer.concat(log).subarray(from, to)))
  return { said: splicer.said(), status, ran, text: asPrinted(bytes) }
}

function asPrinted(bytes: Buffer): string {
  return withoutReturns(withoutKernelLines(bytes)).toString('latin1')
}

async function askOne(printed: string, at: number, noise: string, dribble: boolean): Promise<Seen> {
  const line = createMemoryLine()
  const splicer = createSplicer(at, noise, dribble)
  splicer.armed = true
  const { ran } = emulateShell(line, {
    run: () => ({ status: 7, output: Buffer.from(printed, 'latin1') }),
    speak: splicer.speak,
  })
  const asked = exchangeText(sessionOn(line.talk), '_b', 'do it', 30_000, never)
  const result = await settled(line.clock, asked, ALL)
  line.talk.close()
  if ('error' in result) throw result.error
  const { status, raw } = result.value
  return { said: splicer.said(), status, text: raw.toString('latin1'), ran: ran.length }
}

/** issue 3: noise spliced at every position of a frame, right every time. */
describe.each([
  ['a program', runOne],
  ['a command', askOne],
] as const)('%s with a kernel line spliced in at any position of its whole exchange', (_what, ask) => {
  it.each(OUTPUTS)('that prints %s is right, and run once', async (_name, printed) => {
    for (const [which, noise] of NOISE.entries()) {
      let length = 1
      for (let at = 0; at < length; at++) {
        const { said, status, text, ran } = await ask(printed, at, noise, (at + which) % 2 === 0)
        length = said
        expect({ at, noise, status, text, ran }).toEqual({ at, noise, status: 7, text: printed, ran: 1 })
      }
    }
  })
})
