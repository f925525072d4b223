import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Run } from '../../src/lab/types.ts'
import { createLogReader, type Reading } from '../../src/reading/log-reader.ts'
import { type Bot, startBot } from './bot.ts'
import { realSuite } from './fixtures/available.ts'
import { type KernelBoard, startKernelBoard } from './fixtures/kernel-board.ts'
import { BUILD_MS, labKernel } from './fixtures/lab-kernel.ts'
import { type SnmpPdu, startSnmpPdu } from './fixtures/snmpd.ts'
import { FAILURES, type ProvokedFailure, SURVIVED } from './kernel/failures.ts'
import { booted } from './look.ts'

const BOARDS = ['k1', 'k2', 'k3']
/** All of them begin at once, and wait for one another. */
const ALL_MS = 600_000

realSuite('a kernel that fails under a test', ['qemu', 'lab-kernel', 'snmpd'], () => {
  const boards: KernelBoard[] = []
  let pdu: SnmpPdu
  let bot: Bot

  beforeAll(async () => {
    await labKernel()
    boards.push(...(await Promise.all(BOARDS.map(() => startKernelBoard()))))
    pdu = await startSnmpPdu(Object.fromEntries(boards.map((board, i) => [i + 1, board])))
    await Promise.all(boards.map(({ port }) => booted(port)))
    bot = await startBot({
      files: '/nowhere',
      inventory: {
        settings: {
          ...{ power_cycle_delay: '0s', recovery_cooldown: '0s', same_board_retry: '0s' },
          recovery: { most_in_a_day: 48 },
        },
        pdus: { '127.0.0.1': { port: pdu.port, version: '2c', community: pdu.write } },
        boards: boards.map(({ host, port }, i) => ({
          ...{ id: BOARDS[i], family: 'lab', console: { host, port } },
          power: { pdu: '127.0.0.1', outlet: i + 1 },
        })),
      },
    })
  }, BUILD_MS + 120_000)

  afterAll(async () => {
    await bot?.close()
    await pdu?.close()
    await Promise.all(boards.map(board => board.close()))
  })

  /** One after the other on each board, and as many at once as there are boards. */
  const turns = BOARDS.map(() => Promise.resolve())
  let next = 0
  const inTurn = async (work: (board: string) => Promise<void>): Promise<void> => {
    const at = next++ % BOARDS.length
    const done = (turns[at] ?? Promise.resolve()).then(() => work(BOARDS[at] ?? ''))
    turns[at] = done.catch(() => {})
    await done
  }
  const perform = async (board: string, command: string, timeout = '60s'): Promise<Run> =>
    await bot.run(`run-test lab --board ${board} --timeout ${timeout} --shell "${command}"`, ALL_MS)
  const read = async (run: Run): Promise<Reading> => {
    const reader = createLogReader({ stage: 'run' })
    reader.push(Buffer.from(await bot.file(run, 'console.log'), 'latin1'))
    return reader.end()
  }

  describe.concurrent('each in its own run', () => {
    test.for(FAILURES)(
      'M6.7 $name: its run ends as what it was, once, and its log proves it in the order of events',
      { timeout: ALL_MS },
      failure =>
        inTurn(async board => {
          const { ends } = failure
          const run = await perform(board, failure.command, failure.timeout)
          const reading = await read(run)
          expect(run).toMatchObject({ attempts: [{ failure: ends }], result: { failure: ends } })
          expect(run.result?.title).toMatch(failure.title)
          expect(run.result?.proof.join('\n')).toMatch(failure.proof[0] ?? /^/)
          tellsOf(reading, failure)
        }),
    )

    test.for(SURVIVED)(
      '$name: told at most, and its test passes',
      { timeout: ALL_MS },
      ({ command, kinds: told, title }) =>
        inTurn(async board => {
          const run = await perform(board, command)
          expect(run).toMatchObject({ state: 'passed', attempts: [{ failure: null }] })
          const reading = await read(run)
          expect(kinds(reading)).toEqual(told)
          expect(reading.verdict).toBeNull()
          expect(reading.events[0]?.title ?? '').toMatch(title)
        }),
    )
  })

  test('after all of it every board is well', {
    timeout: 120_000,
  }, async () => {
    for (const id of BOARDS) {
      const run = await bot.run(`run-test lab --board ${id} --shell "echo well"`)
      expect(run).toMatchObject({ state: 'passed', result: { tail: ['well'] } })
      expect(bot.lab().board(id)).toMatchObject({ health: 'healthy', state: { failures: [] } })
      expect(bot.lab().board(id)?.state.tainted ?? null).toBeNull()
    }
  })
})

function kinds({ events }: Reading): readonly string[] {
  return events.map(({ kind }) => kind)
}

function tellsOf(reading: Reading, { kinds: told, ends, title, proof, place }: ProvokedFailure): void {
  expect(kinds(reading)).toEqual(told)
  expect(reading.verdict).toMatchObject(ends)
  expect(reading.verdict?.title).toMatch(title)
  expect(reading.events[0]?.place ?? '').toMatch(place ?? /^/)
  let text = reading.verdict?.proof.join('\n') ?? ''
  for (const line of proof) {
    expect(text).toMatch(line)
    text = text.slice(text.search(line))
  }
}
