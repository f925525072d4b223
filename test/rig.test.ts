import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import type { ConsoleDriver, ConsoleHandlers, PowerDriver } from '../src/hardware/types.ts'
import { silentLog } from '../src/log.ts'
import { openBoard } from '../src/rig.ts'
import { createUBoot } from '../src/simulator/u-boot.ts'
import { createEmbeddedSite } from '../src/sites/embedded.ts'
import { createFakeClock, type FakeClock } from './fake-clock.ts'
import { aBoard } from './lab/samples.ts'
import { until } from './until.ts'

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
    return { write: async () => {}, sendBreak: async () => {}, close: () => {} }
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

/** A U-Boot whose UART holds 16 characters; what comes beyond them at once is lost. */
function smallUart(clock: FakeClock): { driver: ConsoleDriver; longest(): number } {
  let longest = 0
  const open = async (handlers: ConsoleHandlers) => {
    const uBoot = createUBoot({
      options: {},
      hostname: 'a1',
      time: clock,
      print: bytes => handlers.onBytes(bytes),
      onBoot: () => {},
      onReset: () => {},
    })
    uBoot.start()
    const write = async (bytes: Uint8Array): Promise<void> => {
      longest = Math.max(longest, bytes.length)
      uBoot.type(bytes.subarray(0, 16))
    }
    return { write, sendBreak: async () => {}, close: () => uBoot.stop() }
  }
  const create = () => ({ where: 'uart', open })
  return { driver: { id: 'uart', schema: z.unknown(), where: () => 'uart', create }, longest: () => longest }
}

test('console.md 7 how a board can be typed at is learned once: after a restart nothing is lost to it again', async () => {
  const [main] = aBoard('a1').consoles
  const times = { interruptTimeoutMs: 20_000, commandTimeoutMs: 30_000 }
  const bootLoader = { kind: 'u-boot', interrupt: ' ', prompt: null, ...times } as const
  const board = aBoard('a1', { consoles: [{ ...main, driver: 'uart' }], bootLoader })
  const longest: number[] = []
  for (let opening = 0; opening < 2; opening++) {
    const clock = createFakeClock()
    const { driver, longest: ofAll } = smallUart(clock)
    const drivers = { console: { uart: driver }, power: {} }
    const rigged = await openBoard(board, { dataDir: dir, clock, log: silentLog, drivers })
    const loader = rigged.bootLoader?.(bytes => rigged.recorder.write(bytes))
    const signal = new AbortController().signal
    let isDone = false
    const done = loader
      ?.interrupt(signal)
      .then(() => loader.command(`echo ${'x'.repeat(100)}`, signal))
      .finally(() => {
        isDone = true
      })
    await until(async () => {
      await clock.pass(25)
      return isDone
    }, 'the command is run')
    expect(await done).toEqual({ status: 0, output: `${'x'.repeat(100)}\n` })
    longest.push(ofAll())
    await rigged.close()
  }
  expect(longest[0]).toBeGreaterThan(16)
  expect(longest[1]).toBe(16)
})

test('M3.8 people at a second console type on its own line, past the gate that all of the board’s consoles share', async () => {
  const typed: string[] = []
  const create = (options: unknown) => ({
    where: String(options),
    open: async () => ({
      write: async (bytes: Uint8Array) => void typed.push(`${String(options)}: ${Buffer.from(bytes)}`),
      sendBreak: async () => {},
      close: () => {},
    }),
  })
  const [main] = aBoard('a1').consoles
  const consoles = [
    { ...main, driver: 'typed', options: 'first' as never },
    { ...main, name: 'uart1', driver: 'typed', options: 'second' as never },
  ] as const
  const clock = createFakeClock()
  const drivers = {
    console: { typed: { id: 'typed', schema: z.unknown(), where: String, create } },
    power: {},
  }
  const deps = { dataDir: dir, clock, log: silentLog, drivers }
  const work = (): never => {
    throw new Error('nobody works here')
  }
  const site = createEmbeddedSite({
    id: 'here',
    open: board => openBoard(board, deps),
    work,
    clock,
    log: silentLog,
  })
  site.watch(aBoard('a1', { consoles }), () => {})
  const handlers = { onNews: () => {}, onEnd: () => {} }
  const first = await site.attach('a1', null, { token: 1 }, handlers)
  const second = await site.attach('a1', 'uart1', { token: 1 }, handlers)
  const isUp = async (console: string | null): Promise<boolean> =>
    (await site.recorded('a1', console))?.state().connected === true
  await until(async () => (await isUp(null)) && (await isUp('uart1')), 'both are connected')
  await first.write(Buffer.from('a'))
  await second.write(Buffer.from('b'))
  const next = await site.attach('a1', 'uart1', { token: 2 }, handlers)
  for (const late of [first, second]) await expect(late.write(Buffer.from('c'))).rejects.toThrow('lost')
  await next.write(Buffer.from('d'))
  expect(typed).toEqual(['first: a', 'second: b', 'second: d'])
  await site.close()
})
