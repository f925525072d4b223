import { randomBytes } from 'node:crypto'
import { readFileSync, statSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LeaseLostError } from '../../../../src/errors.ts'
import { createGate } from '../../../../src/sites/gate.ts'
import { createFakeClock } from '../../../fake-clock.ts'
import { until } from '../../../until.ts'
import { createWays, failure, type Ways } from './ways.ts'

const never = new AbortController().signal
let ways: Ways

beforeEach(() => {
  ways = createWays()
})

afterEach(() => ways.close())

describe('P25 a way by SFTP under a lease', () => {
  it('refuses a late holder before anything is opened', async () => {
    const server = await ways.start()
    const gate = createGate('b1')
    gate.admit(2)
    const late = ways.wayTo(server, { gate: () => gate.check(1) })
    await expect(ways.send(late, Buffer.from('late'))).rejects.toThrow(LeaseLostError)
    await expect(late.remove(ways.at('file'), never)).rejects.toThrow(LeaseLostError)
    expect([server.clients(), server.passwords().length, server.asked().length]).toEqual([0, 0, 0])
  })

  it('a lease that is lost in the middle ends it there: nothing more is written, no connection left', async () => {
    const gate = createGate('b1')
    gate.admit(1)
    const server = await ways.start()
    const way = ways.wayTo(server, { gate: () => gate.check(1) })
    let given = 0
    async function* endless(): AsyncGenerator<Buffer> {
      for (; given < 100_000_000; given += 31_744) {
        if (given >= 640_000 && gate.highest === 1) {
          await until(() => server.written() >= 300_000, 'some of it is there')
          gate.admit(2)
        }
        yield randomBytes(31_744)
      }
    }
    const path = ways.at('file')
    await expect(way.send(endless(), path, never, () => {})).rejects.toThrow('token 1, the board has seen 2')
    await until(() => server.clients() === 0, 'the connection is gone')
    expect(statSync(path).size).toBeLessThanOrEqual(given)
    expect(given).toBeLessThan(1_000_000)
    await expect(way.remove(path, never)).rejects.toThrow(LeaseLostError)
    expect(server.asked()).toEqual([`OPEN ${path}`])
  })

  it('is let go of at once, also while it connects, and connects again when it is wanted', async () => {
    const server = await ways.start()
    const way = ways.wayTo(server)
    const stop = new AbortController()
    const asked = ways.send(way, randomBytes(2_000_000), 'a', stop.signal)
    stop.abort(new Error('cancelled'))
    await expect(asked).rejects.toThrow('cancelled')
    const closing = failure(ways.send(way, Buffer.from('x'), 'b'))
    way.close()
    expect((await closing).reason).toBe('closed by us')
    await until(() => server.clients() === 0, 'nothing left open')
    await ways.send(way, Buffer.from('again'), 'c')
    expect(readFileSync(ways.at('c'), 'utf8')).toBe('again')
  })

  it('one that nobody closes is closed when it was idle for long', async () => {
    const server = await ways.start()
    const clock = createFakeClock()
    const way = ways.wayTo(server, { clock })
    await ways.send(way, Buffer.from('x'))
    await clock.pass(299_999)
    expect([way.isOpen(), clock.timers]).toEqual([true, 1])
    await clock.pass(1)
    expect([way.isOpen(), clock.timers]).toEqual([false, 0])
    await until(() => server.clients() === 0, 'nothing left open')
  })
})
