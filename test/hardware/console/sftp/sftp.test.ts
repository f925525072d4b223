import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createFakeClock } from '../../../fake-clock.ts'
import { until } from '../../../until.ts'
import { PASSWORD } from '../ssh-server.ts'
import type { SftpFaults } from './sftp-server.ts'
import { createWays, failure, pieces, type Ways } from './ways.ts'

const never = new AbortController().signal
let ways: Ways

beforeEach(() => {
  ways = createWays()
})

afterEach(() => ways.close())

describe('M6.2 a file by SFTP', () => {
  it('is made new, written whole with several requests under way, and read back', async () => {
    const server = await ways.start()
    const way = ways.wayTo(server)
    const data = randomBytes(3_000_000)
    const told: number[] = []
    const path = ways.at('file')
    await way.send(pieces(data, 65_536), path, never, bytes => told.push(bytes))
    expect(readFileSync(path).equals(data)).toBe(true)
    expect(statSync(path).mode & 0o700).toBe(0o700)
    expect(told.at(-1)).toBe(data.length)
    expect([...told].sort((a, b) => a - b)).toEqual(told)
    const far = await way.open(path, never)
    expect((await far.read(1000, 1_500_000, never)).equals(data.subarray(1000, 1_501_000))).toBe(true)
    expect((await far.read(2_999_990, 1_000_000, never)).equals(data.subarray(2_999_990))).toBe(true)
    expect(await far.read(3_000_000, 10, never)).toHaveLength(0)
    far.close()
    expect(server.clients()).toBe(1)
  })

  it('is refused where there is one, and may be removed', async () => {
    const way = ways.wayTo(await ways.start())
    await ways.send(way, Buffer.from('first'))
    expect(await failure(ways.send(way, Buffer.from('second')))).toMatchObject({ trouble: 'refused' })
    expect(readFileSync(ways.at('file'), 'utf8')).toBe('first')
    await way.remove(ways.at('file'), never)
    expect(existsSync(ways.at('file'))).toBe(false)
    expect(await failure(way.remove(ways.at('file'), never))).toMatchObject({
      trouble: 'missing',
      reason: `remove ${ways.at('file')}: no such file`,
    })
  })

  it('any size in any pieces arrives as it is, and any part of it is read back', async () => {
    const way = ways.wayTo(await ways.start())
    const names = fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' })
    const name = names.filter(each => !/[/\0]|^\.+$/.test(each) && Buffer.byteLength(each) < 200)
    await fc.assert(
      fc.asyncProperty(
        fc.nat(150_000),
        fc.integer({ min: 1_000, max: 70_000 }),
        fc.nat(150_000),
        fc.nat(100_000),
        name,
        async (size, piece, at, length, file) => {
          const data = randomBytes(size)
          const path = ways.at(file)
          await way.send(pieces(data, piece), path, never, () => {})
          expect(readFileSync(path).equals(data)).toBe(true)
          const far = await way.open(path, never)
          expect((await far.read(at, length, never)).equals(data.subarray(at, at + length))).toBe(true)
          far.close()
          await way.remove(path, never)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('a server that gives less than it is asked for is asked again', async () => {
    const server = await ways.start({ short: 777 })
    const data = randomBytes(40_000)
    writeFileSync(ways.at('file'), data)
    const far = await ways.wayTo(server).open(ways.at('file'), never)
    expect((await far.read(0, 50_000, never)).equals(data)).toBe(true)
  })
})

describe('M6.2 a way by SFTP that does not work says why', () => {
  it.each<[string, SftpFaults, string | RegExp]>([
    ['a server without the subsystem', { subsystem: 'refused' }, 'the server has no SFTP (step: sftp)'],
    [
      'dropbear without sftp-server',
      { subsystem: 'missing' },
      "the server's sftp-server ended with status 127 (step: sftp)",
    ],
    [
      'a log-in that prints',
      { subsystem: 'prints' },
      /^what the server says is no SFTP; something may print/,
    ],
    ['a connection cut in the middle', { after: 100_000, fate: 'cut' }, /by the other side$/],
    ['a full disk', { after: 100_000, fate: 'full' }, /^write \S+: it failed there$/],
    ['a folder that it may not write to', { denied: true }, /^make \S+: permission denied$/],
  ])('%s', async (_what, faults, says) => {
    const server = await ways.start(faults)
    const way = ways.wayTo(server)
    const error = await failure(ways.send(way, randomBytes(300_000)))
    expect(error.reason).toMatch(says)
    expect(error).toMatchObject({
      trouble: faults.denied === true || faults.fate === 'full' ? 'refused' : 'broken',
      message: expect.stringMatching(/^no file goes by sftp lab@127\.0\.0\.1:\d+: /),
    })
    way.close()
    await until(() => server.clients() === 0, 'nothing left open')
  })

  it('the account and the host key are those of the console, and nothing secret is sent to a stranger', async () => {
    const server = await ways.start()
    const hostKey = `SHA256:${'A'.repeat(43)}`
    expect((await failure(ways.send(ways.wayTo(server, { hostKey }), Buffer.from('x')))).reason).toMatch(
      /^its host key is another one than is known here: .* \(step: host key\)$/,
    )
    expect(server.passwords()).toEqual([])
    const password = `${PASSWORD}!`
    expect((await failure(ways.send(ways.wayTo(server, { password }), Buffer.from('x')))).reason).toBe(
      'the server does not let lab in by password (step: log-in)',
    )
    await until(() => server.clients() === 0, 'nothing left open')
  })

  it('nobody there, and a server that does not answer, are told within their deadlines', async () => {
    const server = await ways.start({ after: 50_000, fate: 'silent' })
    const clock = createFakeClock()
    let isOver = false
    const asked = failure(ways.send(ways.wayTo(server, { clock }), randomBytes(100_000))).finally(() => {
      isOver = true
    })
    await until(() => server.written() > 0, 'the first bytes are there')
    await until(async () => {
      await clock.pass(1_000)
      return isOver
    }, 'it is given up')
    expect((await asked).reason).toMatch(/^no answer within 20 s to: write /)
    const { port } = server
    await server.close()
    ways.forget(server)
    expect((await failure(ways.send(ways.wayTo({ ...server, port }), Buffer.from('x')))).reason).toBe(
      'connection refused (step: connect)',
    )
  })

  it('a slow board is waited for as long as it answers now and then', async () => {
    const held: (() => void)[] = []
    const server = await ways.start({ held })
    const clock = createFakeClock()
    const data = randomBytes(600_000)
    let [isOver, heard] = [false, 0]
    const way = ways.wayTo(server, { clock })
    const sent = way
      .send(pieces(data), ways.at('file'), never, bytes => {
        heard = bytes
      })
      .finally(() => {
        isOver = true
      })
    const began = clock.mono()
    await until(() => held.length > 15, 'as many requests as may be under way')
    await until(async () => {
      const before = heard
      const answer = held.shift()
      if (answer !== undefined) {
        await clock.pass(15_000)
        answer()
        await until(() => isOver || heard > before, 'it is heard')
      }
      return isOver
    }, 'it is there')
    await sent
    expect(clock.mono() - began).toBeGreaterThan(200_000)
    expect(readFileSync(ways.at('file')).equals(data)).toBe(true)
  })

  it('after a cut at any byte, what is there is no more than was sent, and the next connection works', async () => {
    const server = await ways.start()
    const data = randomBytes(400_000)
    await fc.assert(
      fc.asyncProperty(fc.nat(399_999), async cut => {
        const way = ways.wayTo(server)
        Object.assign(server.faults, { after: server.written() + cut, fate: 'cut' })
        expect(await failure(ways.send(way, data))).toMatchObject({ trouble: 'broken' })
        const there = existsSync(ways.at('file')) ? readFileSync(ways.at('file')) : Buffer.alloc(0)
        expect(there.length).toBeLessThanOrEqual(cut)
        expect(data.subarray(0, there.length).equals(there)).toBe(true)
        delete server.faults.after
        await way.remove(ways.at('file'), never).catch(() => {})
        way.close()
      }),
      { numRuns: 100 },
    )
    const way = ways.wayTo(server)
    await ways.send(way, data)
    expect(readFileSync(ways.at('file')).equals(data)).toBe(true)
  }, 40_000)
})
