import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runProgram } from '../../../../src/hardware/console/program/program.ts'
import { withoutKernelLines, withoutReturns } from '../../../../src/hardware/console/shell/frame-cut.ts'
import type { ProgramEnd } from '../../../../src/hardware/types.ts'
import { createMemoryLine, emulateShell, PROMPT, sessionOn, settled, WORD } from '../shell/emulator.ts'
import { createRandom, kernelLine } from '../shell/pty-line.ts'

const never = new AbortController().signal
const ALL = 120_000

type Heard = { end: ProgramEnd; text: string }

/** A program that prints `first`, then one of `pieces` after each thing that our shell says, and is killed. */
async function stopped(first: string, pieces: readonly string[], noise: () => string): Promise<Heard> {
  const line = createMemoryLine()
  const log: Buffer[] = []
  const stop = new AbortController()
  const left = [...pieces]
  let isAlive = false
  const hear = (bytes: Buffer): void => {
    log.push(bytes)
    say(bytes)
  }
  const say = line.say
  const print = (text: string): void => hear(Buffer.from(text.replaceAll('\n', '\r\n'), 'latin1'))
  line.say = bytes => {
    hear(Buffer.from(bytes as Uint8Array))
    hear(Buffer.from(noise(), 'latin1'))
    if (isAlive) print(left.shift() ?? '')
  }
  emulateShell(line, {
    run(command) {
      if (command.includes('KILL')) isAlive = false
      return { status: 0, output: Buffer.alloc(0) }
    },
    program() {
      isAlive = true
      print(first)
      stop.abort()
      return null
    },
  })
  const session = sessionOn(line.talk)
  session.survey = { setsid: 'setsid', env: true, df: true, decoder: 'base64 -d' }
  const program = { folder: '/', argv: ['./it'], env: {} }
  const asked = runProgram(session, program, { graceMs: 2000 }, stop.signal, never, () => {})
  const result = await settled(line.clock, asked, ALL)
  line.talk.close()
  if ('error' in result) throw result.error
  const all = Buffer.concat(log)
  const printed = Buffer.concat(result.value.output.map(({ from, to }) => all.subarray(from, to)))
  return { end: result.value, text: withoutReturns(withoutKernelLines(printed)).toString('latin1') }
}

/** What was printed of the pieces is known by how many things our shell said while the program lived. */
function isBeginning(text: string, first: string, pieces: readonly string[]): boolean {
  let all = first
  if (text === all) return true
  return pieces.some(piece => {
    all += piece
    return text === all
  })
}

const piece = fc.constantFrom(
  '',
  'a line\n',
  'no end',
  '\n',
  'two\nlines\n',
  'brBBBB:7> ',
  `${PROMPT}: `,
  `${WORD} 7 0 99\n`,
  // Of a command that ended long ago: repeated by somebody, and none of ours.
  `@${WORD} 1 0 99\n`,
  'login: ',
)

describe('a program that is stopped', () => {
  it('has in its output what it printed, also beside what our shell says, and nothing of ours', async () => {
    await fc.assert(
      fc.asyncProperty(piece, fc.array(piece, { minLength: 12, maxLength: 12 }), async (first, pieces) => {
        const { end, text } = await stopped(first, pieces, () => '')
        expect(end).toMatchObject({ status: null, endedBy: 'kill' })
        expect({ text, fits: isBeginning(text, first, pieces) }).toEqual({ text, fits: true })
        expect(text.length).toBeGreaterThanOrEqual(`${first}${pieces.slice(0, 4).join('')}`.length)
      }),
      { numRuns: 200 },
    )
  })

  it('has that too with kernel lines in between', async () => {
    const cases = fc.tuple(piece, fc.array(piece, { minLength: 12, maxLength: 12 }), fc.integer())
    await fc.assert(
      fc.asyncProperty(cases, async ([first, pieces, seed]) => {
        const random = createRandom(seed)
        const noise = (): string => (random() < 0.5 ? kernelLine(random) : '')
        const { text } = await stopped(first, pieces, noise)
        expect({ text, fits: isBeginning(text, first, pieces) }).toEqual({ text, fits: true })
      }),
      { numRuns: 200 },
    )
  })

  it('keeps its ranges in order, apart from each other, and few', async () => {
    const { end } = await stopped(
      'x\n',
      Array.from({ length: 12 }, () => 'y\n'),
      () => '',
    )
    const ends = end.output.flatMap(({ from, to }) => [from, to])
    expect(ends).toEqual(ends.toSorted((a, b) => a - b))
    expect(end.output.length).toBeGreaterThan(1)
    expect(new Set(end.output.map(({ from }) => from)).size).toBe(end.output.length)
  })
})
