import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../../../../src/clock.ts'
import { HardwareError } from '../../../../src/errors.ts'
import { deliver } from '../../../../src/hardware/console/shell/deliver.ts'
import { createPace, createPaceMemory } from '../../../../src/hardware/console/shell/pace.ts'
import { createMemoryLine, type MemoryLine, settled, WORD } from './emulator.ts'
import { openPtyBoard, type PtyBoard, SHELLS, shellOn } from './pty-board.ts'
import { createRandom } from './pty-line.ts'

const never = new AbortController().signal
const open: PtyBoard[] = []

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

/** The board answers in milliseconds: what is waited for after a loss need not be as long as on a slow line. */
const hasty: Clock = { ...systemClock, after: (ms, fn) => systemClock.after(ms / 4, fn) }

const CASES = SHELLS.map((shell, at) => [shell, at + 3] as const)
const TIMEOUT = 60_000

describe('what is learned of a board', () => {
  it('holds for whoever attaches next: what is long is typed in pieces at once, and slower', async () => {
    const pace = createPaceMemory()
    const board = await openPtyBoard({ shell: 'dash' })
    open.push(board)
    pace.set(0.2)
    const writes: number[] = []
    const write = (bytes: Uint8Array): Promise<void> => {
      writes.push(bytes.length)
      return board.write(bytes)
    }
    const us = shellOn({ ...board, write }, { pace })
    await us.attach(never)
    expect(board.typed().toString()).toContain(' _D 0 200 ')
    expect(Math.max(...writes)).toBeLessThanOrEqual(16)
    expect(pace.get()).toBeGreaterThan(0)
    expect(pace.get()).toBeLessThan(0.2)
    await us.detach()
  })
})

describe('one typed character in 200 is lost (console.md 7)', () => {
  it.each(CASES)(
    '%s, seed %i: attach, commands and a program are right, and run once',
    async (shell, seed) => {
      const board = await openPtyBoard({ shell, seed, faults: { loseOneIn: 200 } })
      open.push(board)
      const us = shellOn(board, { clock: hasty, loginTimeoutMs: 60_000 })
      await expect(us.attach(never)).resolves.toMatchObject({ limits: [] })
      const long = `printf %s '${'a word and another; '.repeat(12)}'`
      await expect(us.command(long, never)).resolves.toEqual({
        status: 0,
        output: 'a word and another; '.repeat(12),
      })
      const once = `echo x >>${board.folder}/once; cat ${board.folder}/once; exit 3`
      await expect(us.command(once, never)).resolves.toEqual({ status: 3, output: 'x\n' })
      const argv = ['/bin/sh', '-c', 'echo y >>twice; cat twice; exit 4']
      const { status, output } = await us.program(
        { folder: board.folder, argv, env: {} },
        never,
        never,
        () => {},
      )
      const printed = Buffer.concat(output.map(({ from, to }) => board.log().subarray(from, to)))
      expect({ status, text: printed.toString('latin1') }).toEqual({ status: 4, text: 'y\r\n' })
      await us.detach()
    },
    TIMEOUT,
  )
})

describe('a text in pieces', () => {
  it('is held as it is, or given up, whatever is lost of what is typed', async () => {
    // Quotes are the shell's own business, and tried above on real ones.
    const unit = fc.constantFrom(...'abcDEF 012$"{}[]();&|\n')
    const text = fc.string({ unit, maxLength: 250, size: 'large' })
    await fc.assert(
      fc.asyncProperty(text, fc.integer(), fc.constantFrom(80, 200, 1000), async (wanted, seed, oneIn) => {
        const line = createMemoryLine()
        const held = emulateVariable(line, seed, oneIn)
        const result = await settled(line.clock, deliver(line.talk, WORD, wanted, never), 3_600_000)
        if ('value' in result) expect(held()).toBe(wanted)
        else expect(result.error).toBeInstanceOf(HardwareError)
        if (oneIn >= 200) expect(result).toEqual({ value: undefined })
        expect(line.clock.timers).toBe(0)
      }),
      { numRuns: 100 },
    )
  })
})

/** A shell with one variable and the function that adds to it; what it cannot read is nothing, or an open quote. */
function emulateVariable(line: MemoryLine, seed: number, oneIn: number): () => string {
  const random = createRandom(seed)
  let held = ''
  let pending = ''
  const take = (typed: string): void => {
    const add = /^ ?(?:_D\(\)\{.*?\};)?(_h=)?(?:;|\n| )*(?:_D (\d+) (\d+) (?:'(.*)'|(\w*|"")))?$/s.exec(typed)
    const echo = /echo (\w+)''(\w+)::$/.exec(typed)
    if (echo !== null) line.say(`${echo[1]}${echo[2]}::\r\n`)
    if (add === null) return
    if (add[1] !== undefined) held = ''
    if (add[2] === undefined) return
    const piece = add[4] ?? add[5]?.replace('""', '') ?? ''
    if (held.length === Number(add[2]) && piece.length === Number(add[3])) held += piece
    line.say(`@${WORD}:${held.length}:\r\n`)
  }
  line.onTyped = typed => {
    for (const char of typed) {
      if (random() * oneIn < 1) continue
      if (char === '\x03') pending = ''
      else if (char === '\n' && pending.split("'").length % 2 === 1) {
        const all = pending
        pending = ''
        take(all)
      } else pending += char
    }
  }
  return () => held
}

describe('the pace of a board', () => {
  it('is the line’s own until something is lost; then between bounds, slower with each loss, and remembered', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), steps => {
        const memory = createPaceMemory()
        const pace = createPace(memory)
        expect(pace.ms()).toBe(0)
        for (const lost of steps) {
          const before = pace.ms()
          if (lost) pace.damaged()
          else pace.arrived()
          expect(lost ? pace.ms() >= Math.max(before, 0.1) : pace.ms() <= before).toBe(true)
          expect(pace.ms()).toBeLessThanOrEqual(1)
        }
        expect(createPace(memory).ms()).toBe(pace.ms())
        for (let times = 0; times < 100; times++) pace.arrived()
        expect(pace.ms()).toBe(0)
      }),
      { numRuns: 200 },
    )
  })
})
