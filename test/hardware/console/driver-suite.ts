import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../../../src/clock.ts'
import { HardwareError } from '../../../src/errors.ts'
import type { ConsoleDriver, ConsoleLink } from '../../../src/hardware/types.ts'
import { silentLog } from '../../../src/log.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { until } from '../../until.ts'
import type { DriverPeer, DriverPeers } from './driver-peers.ts'

const never = new AbortController().signal
const ALL = Uint8Array.from({ length: 256 }, (_, value) => value)
const MEGABYTE = 1_000_000

export type Opened = { link: ConsoleLink; closed: string[]; text(): Buffer; length(): number }

type OpenOptions = { clock?: Clock; signal?: AbortSignal; onBytes?: (bytes: Uint8Array) => void }

/** Opens a console of a driver as a recorder does. */
export async function openDriver(
  driver: ConsoleDriver,
  options: Record<string, unknown>,
  { clock = systemClock, signal = never, onBytes }: OpenOptions = {},
): Promise<Opened> {
  const opener = driver.create(driver.schema.parse(options), { clock, log: silentLog })
  const parts: Uint8Array[] = []
  const closed: string[] = []
  let length = 0
  const take = (bytes: Uint8Array): void => {
    length += bytes.length
    if (onBytes === undefined) parts.push(bytes)
    else onBytes(bytes)
  }
  const link = await opener.open(
    { onBytes: take, onClose: (reason: string) => void closed.push(reason) },
    signal,
  )
  return { link, closed, text: () => Buffer.concat(parts), length: () => length }
}

/** What every console driver does alike (console.md 12; requirements E, "console connect"; style.md 3). */
export function consoleDriverSuite(driver: ConsoleDriver, peers: DriverPeers): void {
  describe(`console driver ${driver.id}`, () => {
    const opened: Opened[] = []
    const running: DriverPeer[] = []

    afterEach(async () => {
      for (const { link } of opened.splice(0)) link.close()
      for (const peer of running.splice(0)) await peer.close()
    })

    const start = async (): Promise<DriverPeer> => {
      const peer = await peers.start()
      running.push(peer)
      return peer
    }
    const open = async (options: Record<string, unknown>, how?: OpenOptions): Promise<Opened> => {
      const console = await openDriver(driver, options, how)
      opened.push(console)
      return console
    }

    it('names its place after itself, the same for the same options', async () => {
      const where = (options: Record<string, unknown>): string => driver.where(driver.schema.parse(options))
      const { options } = await start()
      expect(where(options)).toMatch(new RegExp(`^${driver.id} \\S+$`))
      expect(where({ ...options, connectTimeoutMs: 17 })).toBe(where(options))
      expect(driver.create(driver.schema.parse(options), { clock: systemClock, log: silentLog }).where).toBe(
        where(options),
      )
      expect(driver.schema.safeParse({ ...options, colour: 'red' }).success).toBe(false)
    })

    it('all 256 values pass as they are, both ways', async () => {
      const peer = await start()
      const console = await open(peer.options)
      await peer.say(ALL)
      await until(() => console.length() >= 256, '256 bytes')
      expect([...console.text()]).toEqual([...ALL])
      await console.link.write(ALL)
      await until(() => peer.heard().length >= 256, '256 bytes at the peer')
      expect([...peer.heard()]).toEqual([...ALL])
    })

    it('whatever is written in whatever pieces arrives whole and in order', async () => {
      const peer = await start()
      const { link } = await open(peer.options)
      let expected = Buffer.alloc(0)
      await fc.assert(
        fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 5 }), async parts => {
          await Promise.all(parts.map(part => link.write(part)))
          expected = Buffer.concat([expected, ...parts])
          await until(() => peer.heard().length >= expected.length, 'all of it')
          expect(peer.heard().equals(expected)).toBe(true)
        }),
        { numRuns: 100 },
      )
    })

    it('a flood is taken as fast as it comes, and nothing of it is kept', async () => {
      const peer = await start()
      const console = await open(peer.options, { onBytes: () => {} })
      const piece = new Uint8Array(MEGABYTE / 4).fill(0x41)
      let [late, kept] = [0, 0]
      const before = buffersInUse()
      for (let said = 0; said < 100 * MEGABYTE; said += piece.length) {
        await peer.say(piece)
        late = Math.max(late, said + piece.length - console.length())
        if (said % (20 * MEGABYTE) === 0) kept = Math.max(kept, buffersInUse() - before)
      }
      await until(() => console.length() === 100 * MEGABYTE, 'all of it')
      // What is on its way is in the system's buffers: of the sockets of loopback, some megabytes.
      if (peer.keeps !== true) expect(late).toBeLessThan(16 * MEGABYTE)
      expect(kept).toBeLessThan(50 * MEGABYTE)
    }, 60_000)

    it('is written to while it floods', async () => {
      const peer = await start()
      const console = await open(peer.options, { onBytes: () => {} })
      let isOver = false
      const flood = (async () => {
        const piece = new Uint8Array(64_000).fill(0x42)
        while (!isOver) await Promise.all([peer.say(piece), turn()])
      })()
      for (let time = 1; time <= 20; time++) await console.link.write(Buffer.from(`line ${time}\n`))
      await until(() => peer.heard().includes('line 20\n'), 'what was written')
      isOver = true
      await flood
      expect(console.closed).toEqual([])
    })

    it('sends a break between what is written before and after, or says why it has none and what has', async () => {
      const peer = await start()
      const { link } = await open(peer.options)
      await link.write(Buffer.from('before'))
      if (peer.breaks === null) {
        await expect(link.sendBreak(250)).rejects.toMatchObject({
          message: expect.stringMatching(/^no break at \S+ \S+: [\w ,:-]+$/),
          hint: expect.stringMatching(/telnet|RFC 2217/),
          failure: { class: 'infrastructure', blame: 'lab' },
        })
      } else await link.sendBreak(10)
      await link.write(Buffer.from('after'))
      await until(() => peer.heard().includes('after'), 'what was written')
      expect(peer.heard().toString()).toBe('beforeafter')
      expect(peer.breaks?.() ?? [6]).toEqual([6])
      link.close()
      await expect(link.sendBreak(10)).rejects.toMatchObject({ failure: { cause: 'console lost' } })
    })

    it('when the other side goes it is told once, why, and writing says that the console is lost', async () => {
      const peer = await start()
      const console = await open(peer.options)
      await peer.say(Buffer.from('half a li'))
      await until(() => console.length() === 9, 'what it said')
      await peer.leave()
      await until(() => console.closed.length > 0, 'the close')
      await expect(console.link.write(Buffer.from('x'))).rejects.toMatchObject({
        message: expect.stringMatching(/^console lost at .*: .* \(step: write\)$/),
        failure: { class: 'infrastructure', cause: 'console lost', blame: 'board' },
      })
      console.link.close()
      expect(console.closed).toEqual([expect.stringMatching(/\w/)])
      expect(console.text().toString()).toBe('half a li')
      await until(() => peer.clients() === 0, 'nothing left open')
    })

    it('when the other side goes in the middle of a flood it is told all the same', async () => {
      const peer = await start()
      const console = await open(peer.options, { onBytes: () => {} })
      const { promise: gone, resolve: stop } = Promise.withResolvers<void>()
      let isOver = false
      const flood = (async () => {
        const piece = new Uint8Array(64_000).fill(0x43)
        while (!isOver) await Promise.all([Promise.race([peer.say(piece), gone]), turn()])
      })()
      await until(() => console.length() > MEGABYTE, 'the flood')
      await peer.leave()
      isOver = true
      stop()
      await until(() => console.closed.length > 0, 'the close')
      await flood
      expect(console.closed).toHaveLength(1)
    })

    it('closed by us: twice is once, nobody is told, writing is refused and nothing is left open', async () => {
      const peer = await start()
      const console = await open(peer.options)
      const { link, closed } = console
      expect(peer.clients()).toBe(1)
      link.close()
      link.close()
      await expect(link.write(Buffer.from('x'))).rejects.toMatchObject({
        message: expect.stringContaining('closed by us'),
        failure: { cause: 'console lost' },
      })
      await until(() => peer.clients() === 0, 'nothing left open')
      expect(closed).toEqual([])
      const again = await open(peer.options)
      await peer.say(Buffer.from('again'))
      await until(() => again.length() === 5, 'what it says now')
    })

    it('an opening that is aborted ends with the reason and leaves nothing open', async () => {
      const peer = await start()
      const stop = new AbortController()
      const opening = open(peer.options, { signal: stop.signal })
      stop.abort(new Error('enough'))
      await expect(opening).rejects.toThrow('enough')
      await expect(open(peer.options, { signal: stop.signal })).rejects.toThrow('enough')
      await until(() => peer.clients() === 0, 'nothing left open')
    })

    it('an opening that takes too long is told with its step, and leaves nothing open', async () => {
      const peer = await start()
      const clock = createFakeClock()
      let result: unknown
      const settle = (outcome: unknown): void => {
        result = outcome
      }
      void open(peer.options, { clock }).then(settle, settle)
      for (; result === undefined; await turn()) await clock.pass(60_000)
      expect(result).toMatchObject({
        message: expect.stringMatching(/: no answer within \d+ ms.* \(step: [\w -]+\)$/),
        failure: { class: 'infrastructure', cause: 'no console' },
      })
      expect(clock.timers).toBe(0)
      await until(() => peer.clients() === 0, 'nothing left open')
    })

    it('nobody there: told with place, step and what to look at, and counted against the board', async () => {
      const options = await peers.nobody()
      const error = await open(options).catch((thrown: unknown) => thrown)
      expect(error).toBeInstanceOf(HardwareError)
      const where = driver.where(driver.schema.parse(options))
      expect(error).toMatchObject({
        message: expect.stringMatching(/: [a-z ]+ \(step: (?:connect|open)\)$/),
        hint: expect.stringContaining('boards.yaml'),
        failure: { class: 'infrastructure', cause: 'no console', blame: 'board' },
        details: { step: expect.any(String), reason: expect.stringContaining('(step: ') },
      })
      expect(String(error)).toContain(`no console at ${where}: `)
    })
  })
}

/** Others have their turn, also where what is said is refused at once. */
function turn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setImmediate(resolve)
  return promise
}

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

/** Bytes of buffers that are still needed. What a collection frees is taken off by the next one at the latest. */
function buffersInUse(): number {
  for (let time = 1; time <= 2; time++) if (typeof collect === 'function') collect()
  return process.memoryUsage().arrayBuffers
}
