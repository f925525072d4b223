import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { LeaseLostError } from '../src/errors.ts'
import type { ConsoleDriver, FileWay, OpenBoard, WriteGate } from '../src/hardware/types.ts'
import { silentLog } from '../src/log.ts'
import { openBoard } from '../src/rig.ts'
import { createEmbeddedSite } from '../src/sites/embedded.ts'
import { createFakeClock } from './fake-clock.ts'
import { aBoard } from './lab/samples.ts'

const nowhere: FileWay = {
  ...{ kind: 'sftp', where: 'sftp nowhere', isOpen: () => false, close: () => {} },
  send: () => Promise.reject(new Error('nobody sends here')),
  open: () => Promise.reject(new Error('nobody reads here')),
  remove: () => Promise.reject(new Error('nobody removes here')),
}

/** A console whose server has a way for files; it notes for which, and under which gate. */
function wayed(): { driver: ConsoleDriver; ways: { console: string; gate: WriteGate }[] } {
  const ways: { console: string; gate: WriteGate }[] = []
  const link = { write: async () => {}, sendBreak: async () => {}, close: () => {} }
  return {
    ways,
    driver: {
      ...{ id: 'wayed', schema: z.unknown(), where: String },
      create: options => ({ where: String(options), open: async () => link }),
      files(options, { gate }) {
        ways.push({ console: String(options), gate })
        return nowhere
      },
    },
  }
}

test('M6.2, P25 each holder has ways for files of its own, under its token: one for each console of the board’s own that has one', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const { driver, ways } = wayed()
  const { files: _, ...plain } = driver
  const [main] = aBoard('a1').consoles
  const board = aBoard('a1', {
    consoles: [
      { ...main, driver: 'plain', options: 'serial' as never, login: { username: 'root' } },
      { ...main, name: 'net', driver: 'wayed', options: 'ssh' as never, login: {} },
      // Behind a console server: what is read there are the server's files.
      { ...main, name: 'uart1', driver: 'wayed', options: 'server' as never, login: { username: 'root' } },
    ],
  })
  const deps = { dataDir, clock: createFakeClock(), log: silentLog }
  const drivers = { console: { wayed: driver, plain }, power: {} }
  const held: OpenBoard[] = []
  const site = createEmbeddedSite({
    ...{ id: 'here', clock: deps.clock, log: silentLog, open: each => openBoard(each, { ...deps, drivers }) },
    work: async (_job, each) => {
      held.push(each)
      return {} as never
    },
  })
  site.watch(board, () => {})
  const job = { kind: 'probe-board', board, timeoutMs: 1000 } as const
  for (const token of [1, 2])
    await site.perform(job, { token, signal: new AbortController().signal, onEvent: () => {} })
  expect(ways.map(({ console }) => console)).toEqual(['ssh', 'ssh'])
  expect(() => ways[0]?.gate()).toThrow(LeaseLostError)
  expect(() => ways[1]?.gate()).not.toThrow()
  await site.close()
})
