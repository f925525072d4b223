import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import type { ConsoleDriver, ConsoleHandlers, PowerDriver } from '../src/hardware/types.ts'
import { silentLog } from '../src/log.ts'
import { openBoard } from '../src/rig.ts'
import { createFakeClock } from './fake-clock.ts'
import { aBoard } from './lab/samples.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

const power = {
  method: 'network_pdu',
  driver: 'noted',
  pdu: 'p',
  outlet: 1,
  options: {},
  where: 'p 1',
} as const

function noted(): { power: PowerDriver; closed: string[] } {
  const closed: string[] = []
  const control = {
    where: 'p outlet 1',
    switch: async () => {},
    state: async () => 'on' as const,
    close: async () => void closed.push('power'),
  }
  return { power: { id: 'noted', schema: z.unknown(), create: () => control }, closed }
}

const broken: ConsoleDriver = {
  id: 'broken',
  schema: z.unknown(),
  where: () => 'nowhere',
  create: () => {
    throw new Error('no such device')
  },
}

test('a board whose log or console cannot be opened leaves no power control open', async () => {
  const { power: driver, closed } = noted()
  const deps = { clock: createFakeClock(), log: silentLog }
  const drivers = { console: { broken }, power: { noted: driver } }
  const [main] = aBoard('a1').consoles
  const board = aBoard('a1', { power, consoles: [{ ...main, driver: 'broken' }] })
  await expect(openBoard(board, { ...deps, dataDir: dir, drivers })).rejects.toThrow('no such device')
  expect(closed).toEqual(['power'])

  const file = join(dir, 'file')
  await writeFile(file, '')
  const idle = { ...broken, create: () => ({ where: 'nowhere', open: () => new Promise<never>(() => {}) }) }
  const others = { console: { broken: idle }, power: { noted: driver } }
  await expect(openBoard(board, { ...deps, dataDir: file, drivers: others })).rejects.toThrow(
    'cannot be opened',
  )
  expect(closed).toEqual(['power', 'power'])
})

test.each(['constructor', '__proto__', 'toString'])(
  'a driver called %s is a driver that does not exist',
  async id => {
    const [main] = aBoard('a1').consoles
    const deps = { dataDir: dir, clock: createFakeClock(), log: silentLog }
    const strange = aBoard('a1', { consoles: [{ ...main, driver: id }] })
    await expect(openBoard(strange, deps)).rejects.toThrow(`there is no console driver ${id}`)
    const powered = aBoard('a1', { power: { ...power, driver: id } })
    await expect(openBoard(powered, deps)).rejects.toThrow(`there is no power driver ${id}`)
  },
)

/** A console in the test's hand: what it says comes out of its line. */
function spoken(): { driver: ConsoleDriver; say(console: string, text: string): void } {
  const lines = new Map<string, ConsoleHandlers>()
  const open = (where: string) => async (handlers: ConsoleHandlers) => {
    lines.set(where, handlers)
    return { write: async () => {}, close: () => {} }
  }
  const create = (options: unknown) => {
    const where = String(options)
    return { where, open: open(where) }
  }
  return {
    driver: { id: 'spoken', schema: z.unknown(), where: String, create },
    say: (console, text) => lines.get(console)?.onBytes(Buffer.from(text)),
  }
}

test('M2.3 every console of a board has a log of its own, and a panic on any of them is told with the first', async () => {
  const { driver, say } = spoken()
  const [main] = aBoard('a1').consoles
  const consoles = [
    { ...main, driver: 'spoken', options: 'first' as never },
    { ...main, name: 'uart1', driver: 'spoken', options: 'second' as never },
  ] as const
  const deps = { dataDir: dir, clock: createFakeClock(), log: silentLog }
  const drivers = { console: { spoken: driver }, power: {} }
  const rigged = await openBoard(aBoard('a1', { consoles }), { ...deps, drivers })
  const heard: string[] = []
  rigged.recorder.listen(news => {
    if (news.kind === 'finding') heard.push(news.finding.title)
    if (news.kind === 'chunk') heard.push(Buffer.from(news.chunk.bytes).toString())
  })
  await rigged.recorder.connected(1_000, new AbortController().signal)
  const uart = rigged.others?.get('uart1')
  await uart?.connected(1_000, new AbortController().signal)
  say('first', 'login: ')
  say('second', '[   12.000000] Kernel panic - not syncing: Fatal exception\n')
  rigged.recorder.expectReset(true)
  expect(heard).toEqual(['login: ', expect.stringContaining('kernel panic: Fatal exception')])
  expect([rigged.recorder.state().head, uart?.state().head]).toEqual([7, 59])
  await rigged.close()
  expect(await readdir(join(dir, 'consoles', 'a1'))).toEqual(['main', 'uart1'])
})
