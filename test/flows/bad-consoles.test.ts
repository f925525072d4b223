import { connect } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Outcome } from '../../src/commands/dispatch.ts'
import type { Run } from '../../src/lab/types.ts'
import { createDecoder, escapeBytes } from '../../src/simulator/telnet.ts'
import { openSerialDevice } from '../hardware/console/serial-device.ts'
import { until } from '../until.ts'
import { type BadLine, openBadLine } from './bad-line.ts'
import { running, WAITS } from './gate.ts'
import { attemptsOf, becomes, livedThrough, SICK, type SickLab, WELL, withSickBoard } from './sick-lab.ts'
import type { World } from './world.ts'

const DEADLINE_MS = 120_000
/** Neither passed nor failed by anybody's word but its own. */
const TELLS = `run-test socA --shell "echo the truth; exit 7"`
const MEGABYTE = 1_000_000
const FLOOD = 300 * MEGABYTE

async function withBadLine(story: (lab: SickLab & { line: BadLine }) => Promise<void>): Promise<void> {
  const line = await openBadLine()
  try {
    await withSickBoard({ console: { host: '127.0.0.1', port: line.port } }, async lab => {
      line.leadsTo(lab.board.port)
      await until(() => lab.world.lab.board(SICK)?.connected, 'the console is connected')
      await story({ ...lab, line })
    })
  } finally {
    await line.close()
  }
}

/** The result is the program's own, wherever it was got; what came out on the bad line is an infrastructure failure of its board. */
function expectTheTruth(run: Run): void {
  expect([run.state, run.result?.exitStatus]).toEqual(['failed', 7])
  // What somebody else says on the same line stands on it, as on any screen.
  expect(run.result?.tail.join('\n')).toContain('the truth')
  const earlier = attemptsOf(run).slice(0, -1)
  for (const attempt of earlier)
    expect(attempt).toEqual([SICK, expect.objectContaining({ class: 'infrastructure' })])
  expect(attemptsOf(run).at(-1)?.[1]).toMatchObject({ class: 'test', cause: 'exit status', blame: 'none' })
}

/** At the latest when an operator asks it: a board that answered nobody for long is not asked by itself any more. */
async function isWell(world: World): Promise<void> {
  const check = (): Promise<Outcome> => world.type(`boards health ${SICK}`, { as: 'ops' })
  await until(async () => (await check()).kind === 'done', 'an operator may ask it', 30_000)
  await becomes(world, { status: 'available' })
}

const text = (said: string): Uint8Array => escapeBytes(Buffer.from(said))
let turns = 0

/** Something that was on the line, of another command, with another status: our own frames and prompts, whole and half. */
function replayed(heard: Buffer): Uint8Array {
  const lines = heard
    .toString('latin1')
    .split('\n')
    .filter(each => /@\w{6}|br\w{4}:/.test(each))
  const one = lines[turns++ % Math.max(1, lines.length)] ?? '@abcdef 1 0 1'
  const changed = turns % 3 === 0 ? one.replace(/ (\d+) \d+ /, ' $1 0 ') : one
  return escapeBytes(Buffer.from(`\r\n${changed}\n${one.slice(0, 9)}\r\n`, 'latin1'))
}

const IAC_DO = [255, 253]

const SAYS: readonly [what: string, says: (heard: Buffer) => Uint8Array][] = [
  ['NULs', () => text('\0\0\0')],
  ['invalid UTF-8', () => escapeBytes(Buffer.of(0xc3, 0x28, 0xff, 0xfe, 0xed, 0xa0, 0x80, 0x0d, 0x0a))],
  ['ANSI cursor tricks', () => text('\x1b[2J\x1b[H\x1b[6n\x1b[1A\x1b[2K\x1b]0;title\x07\x1b[?1049h\r')],
  ['prompt look-alikes', () => text('\r\nroot@board:~# \r\n$ \r\n=> \r\nlogin: ')],
  ['our own frames, replayed', replayed],
  ['negotiation without end', () => Uint8Array.from([...IAC_DO, turns++ % 250, ...IAC_DO, 31, 255, 251, 1])],
]

describe.concurrent('a console that is not as consoles are (issue 3, bad input)', {
  timeout: DEADLINE_MS,
}, () => {
  it.each(SAYS)(
    '%s between all that the board says: the result is the test’s own, there or elsewhere; and the board is well when it is over',
    async (_what, says) => {
      await withBadLine(async ({ world, line }) => {
        line.says(says)
        const run = await world.finished(await world.start(TELLS))
        line.says(null)
        expectTheTruth(run)
        expect(line.said()).toBeGreaterThan(0)
        await isWell(world)
        expect((await world.finished(await world.start(`${TELLS} --board ${SICK}`))).result?.exitStatus).toBe(
          7,
        )
      })
    },
  )
})

/** One after the other: a flood takes all of a core, and every world of this file is in this process. */
describe('a console that cannot be worked at (issue 3, bad input)', { timeout: 2 * DEADLINE_MS }, () => {
  it.each([
    ['100 MB/s of lines', Buffer.from('somebody says this and nothing else\r\n'.repeat(7000))],
    ['as much without a newline ever', Buffer.alloc(MEGABYTE / 4, 'x')],
  ])(
    '%s: the result is the test’s own, there or elsewhere; and the board is well when it is over',
    async (_what, piece) => {
      await withBadLine(async ({ world, line }) => {
        // A log takes 1 GiB, then its test is ended for it: whose output it was nobody can tell.
        line.floods(piece, FLOOD)
        await until(() => line.said() > 20 * MEGABYTE, 'it floods', 30_000)
        const run = await world.finished(await world.start(TELLS), DEADLINE_MS)
        expectTheTruth(run)
        line.floods(null)
        await isWell(world)
      })
    },
  )

  it('a serial device that disappears in mid-run: console lost; the test goes on elsewhere, and the board is offline with the device’s name', async () => {
    const device = await openSerialDevice()
    const console = { driver: 'serial', path: device.path, host: undefined, port: undefined }
    try {
      await withSickBoard({ console }, async ({ world, board }) => {
        const wire = connect({ port: board.port, host: '127.0.0.1' })
        const decode = createDecoder()
        wire.on('data', chunk => {
          for (const item of decode(chunk)) if (item.kind === 'bytes') void device.say(item.bytes)
        })
        device.hear(bytes => wire.write(escapeBytes(bytes)))
        const id = await world.start(`run-test socA ${WAITS}`)
        await running(world, id)
        await device.unplug()
        wire.destroy()
        await until(() => world.lab.state().runs[id]?.attempts.length === 2, 'it goes on elsewhere', 30_000)
        await world.type(`queue cancel ${id}`)
        const run = await world.finished(id)
        expect(attemptsOf(run)[0]).toEqual([
          SICK,
          { class: 'infrastructure', cause: 'console lost', blame: 'board' },
        ])
        expect(run.attempts[0]?.message).toContain('the device is gone')
        const offline = await becomes(world, { status: 'offline' })
        expect(offline.reason).toMatch(
          new RegExp(`console at serial ${device.path}: (?:no such device|the device is gone)`),
        )
      })
    } finally {
      await device.unplug()
    }
  })

  it('a server that refuses a second connection: not usable, with what it said; the test runs elsewhere, and the board is back when the other has left', async () => {
    await withBadLine(async ({ world, board, line }) => {
      line.taken(true)
      await until(() => world.lab.board(SICK)?.usable === false, 'it gets no work')
      const run = await world.finished(await world.start(TELLS))
      expect(attemptsOf(run).map(([at]) => at)).toEqual([WELL])
      const offline = await becomes(world, { status: 'offline' })
      expect(offline.reason).toContain('closed by the other side')
      line.taken(false)
      await becomes(world, { status: 'available' })
      expect(livedThrough(board)).not.toContain('panic')
    })
  })
})
