import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { LabError } from '../../../../src/errors.ts'
import { withoutKernelLines } from '../../../../src/hardware/console/shell/frame-cut.ts'
import { createShell } from '../../../../src/hardware/console/shell/shell.ts'
import type { LogRange, Shell } from '../../../../src/hardware/types.ts'
import { silentLog } from '../../../../src/log.ts'
import { createFakeClock, type FakeClock } from '../../../fake-clock.ts'
import { settled } from '../shell/emulator.ts'
import { createRandom } from '../shell/pty-line.ts'
import { createFuzzBoard, type FuzzBoard } from './board.ts'
import type { Plan } from './program-side.ts'
import { ANY, bytesOf, createStranger, oneOf, STRANGER_KINDS, type StrangerKind } from './strangers.ts'
import { createWire, type Temper, type Wire } from './wire.ts'

/** What came of what was asked for, in all lives. */
export type Tally = Record<`${'attach' | 'command' | 'program' | 'file'} ${'right' | 'refused'}`, number>

const never = new AbortController().signal
const LIMITS = { loginTimeoutMs: 10_000, commandTimeoutMs: 10_000, interruptGraceMs: 200 }
/** Of fake time. */
const LONGEST_MS = 1_800_000
const MOST_ASKED = 5
const ENOUGH = new Error('enough')

type Life = {
  clock: FakeClock
  random: () => number
  wire: Wire
  board: FuzzBoard
  shell: Shell
  /** Only the kernel speaks beside the board: then nothing may be refused. */
  isMild: boolean
  tally: Tally
}

/** A board from its first attach to its last, with a stranger on the line; throws when a law is broken. Returns how many chunks were heard. */
export async function liveThrough(seed: number, tally: Tally): Promise<number> {
  const random = createRandom(seed)
  const kinds = random() < 0.3 ? (['kernel'] as const) : someOf(random)
  const clock = createFakeClock()
  const wire = createWire(clock, random, temperOf(random), createStranger(random, kinds))
  const board = createFuzzBoard(wire, clock)
  const isMild = kinds.every(kind => kind === 'kernel')
  const life: Life = { clock, random, wire, board, shell: shellOn(wire, clock), isMild, tally }
  if (await asked(life, 'attach', life.shell.attach(never))) {
    for (let n = 0; n < MOST_ASKED; n++) await oneOf(random, [command, command, program, file])(life)
  }
  await waited(life, life.shell.detach())
  await comesBack(life)
  return wire.chunks()
}

function someOf(random: () => number): readonly StrangerKind[] {
  return STRANGER_KINDS.filter(() => random() < 0.4).concat(oneOf(random, STRANGER_KINDS))
}

function temperOf(random: () => number): Temper {
  return {
    every: oneOf(random, [30, 100, 300, 1000]),
    chunk: oneOf(random, [1, 1, 7, 60, 4096]),
    lateMs: oneOf(random, [0, 0, 5, 80]),
    aloneMs: oneOf(random, [0, 20, 700]),
  }
}

function shellOn(wire: Wire, clock: FakeClock): Shell {
  const { recorder, write } = wire
  return createShell({ recorder, write, clock, log: silentLog, login: {}, limits: LIMITS, board: 'b1' })
}

async function waited<T>({ clock }: Life, promise: Promise<T>) {
  return await settled(clock, promise, LONGEST_MS)
}

/** True when it came out; an error is one that tells a person what happened and what to do. */
async function asked<T>(
  life: Life,
  what: 'attach' | 'command' | 'program' | 'file',
  promise: Promise<T>,
  right: (value: T) => void = () => {},
): Promise<boolean> {
  const result = await waited(life, promise)
  if ('error' in result) {
    if (!(result.error instanceof LabError) || life.isMild) throw result.error
    expect(result.error.hint).not.toBe('')
    life.tally[`${what} refused`] += 1
    return false
  }
  right(result.value)
  life.tally[`${what} right`] += 1
  return true
}

async function command(life: Life): Promise<void> {
  const { board, random } = life
  const output = random() < 0.2 ? Buffer.alloc(0) : bytesOf(random, 300, ANY)
  board.answer = { status: Math.floor(random() * 256), output }
  board.ran = []
  const text = `do ${Math.floor(random() * 1e9)}`
  await asked(life, 'command', life.shell.command(text, never), said => {
    expect(board.ran).toEqual([{ text, status: said.status, output: output.toString('latin1') }])
    expect(said.output).toBe(output.toString('utf8'))
  })
  expect(board.ran.filter(each => each.text === text).length).toBeLessThanOrEqual(1)
}

async function program(life: Life): Promise<void> {
  const { board, random, wire } = life
  const plan = planOf(random)
  board.plan = plan
  wire.forget()
  const [started, ended] = [board.program.started, board.program.ends.length]
  const stop = new AbortController()
  const isStopped = plan.status === null || random() < 0.2
  const timer = isStopped ? life.clock.after(random() * 3000, () => stop.abort(ENOUGH)) : null
  const wanted = { folder: '/', argv: ['./it'], env: {} }
  await asked(
    life,
    'program',
    life.shell.program(wanted, stop.signal, never, () => {}),
    said => {
      const end = board.program.ends[ended]
      expect(board.program.started - started).toBe(1)
      if (said.endedBy === 'itself' && said.status !== null) {
        expect(end).toEqual({ status: said.status, by: 'itself' })
        expectAll(life, said.output)
      } else if (!stop.signal.aborted) expect(life.isMild).toBe(false)
    },
  ).catch((error: unknown) => {
    if (error !== ENOUGH) throw error
  })
  timer?.cancel()
  expect(board.program.started - started).toBeLessThanOrEqual(1)
}

/** Nothing that the program printed is missing; and where only a kernel spoke beside it, nothing else is there. */
function expectAll({ wire, isMild }: Life, output: readonly LogRange[]): void {
  const log = wire.log()
  const isIn = (byte: number): boolean => output.some(({ from, to }) => byte >= from && byte < to)
  for (const { from, to } of wire.printed())
    for (let byte = from; byte < to; byte++) {
      // Of a frame that is repeated the line end before it is taken for the frame's own.
      const isEnd = log[byte] === 0x0d || log[byte] === 0x0a
      if (!isIn(byte) && !(isEnd && !isMild)) throw new Error(`byte ${byte} of the program is lost`)
    }
  if (!isMild) return
  const textOf = (ranges: readonly LogRange[]): Buffer =>
    Buffer.concat(ranges.map(({ from, to }) => log.subarray(from, to)))
  const heard = withoutKernelLines(textOf(output)).toString('latin1')
  expect(heard).toBe(textOf(wire.printed()).toString('latin1'))
}

function planOf(random: () => number): Plan {
  const pieces = Array.from({ length: Math.floor(random() * 12) }, () =>
    Buffer.from(
      `${bytesOf(random, 80, () => 97 + Math.floor(random() * 26)).toString()}${random() < 0.8 ? '\r\n' : ''}`,
    ),
  )
  const status = random() < 0.2 ? null : Math.floor(random() * 256)
  return { pieces, everyMs: oneOf(random, [1, 3, 50, 900]), status, heeds: random() < 0.7 }
}

async function file(life: Life): Promise<void> {
  const { random, board } = life
  const data = bytesOf(random, oneOf(random, [200, 6000]), ANY)
  const sha256 = createHash('sha256').update(data).digest('hex')
  async function* bytes(): AsyncGenerator<Buffer> {
    await Promise.resolve()
    yield data
  }
  const source = { bytes: bytes(), size: data.length, sha256 }
  const path = `/tmp/file-${Math.floor(random() * 1e9)}`
  await asked(
    life,
    'file',
    life.shell.send(source, path, never, () => {}),
    () => {
      expect(board.files().get(path)?.equals(data)).toBe(true)
    },
  )
  expect(board.files().get(path)?.equals(data)).not.toBe(false)
}

/** Once the stranger has gone, whoever attaches next finds a board that works; and nothing of the first is left. */
async function comesBack(life: Life): Promise<void> {
  const { wire, board, clock } = life
  wire.calm()
  expect(wire.listeners()).toBe(0)
  const next = { ...life, shell: shellOn(wire, clock), isMild: true }
  await asked(next, 'attach', next.shell.attach(never))
  await command(next)
  await waited(next, next.shell.detach())
  board.program.kill()
  await clock.pass(1000)
  expect(clock.timers).toBe(0)
}
