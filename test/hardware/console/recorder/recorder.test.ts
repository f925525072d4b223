import { readdir, rm, stat } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../../../src/clock.ts'
import type { RecorderNews } from '../../../../src/hardware/types.ts'
import { createFakeClock } from '../../../fake-clock.ts'
import { until } from '../../../until.ts'
import { createPeers, heardBytes, oneAtATime, QEMU_GREETING } from '../telnet-peers.ts'
import { createDesk, createHandOpener, hear, never, opensTelnet, readText } from './desk.ts'

const peers = createPeers()
const desk = createDesk()

beforeEach(() => desk.open())
afterEach(async () => {
  await desk.close()
  await peers.close()
})

test('M2.3 from the first byte on: heard as chunks with time and offset, and read again from disk', async () => {
  const peer = await peers.start(
    socket => void socket.write(Buffer.concat([QEMU_GREETING, Buffer.from('login: ')])),
  )
  const recorder = await desk.record(opensTelnet(peer.port), systemClock)
  const heard = hear(recorder)
  await until(() => heard.text() === 'login: ', 'the prompt')
  await recorder.write(Buffer.from('root\n'))
  expect((await heardBytes(peer, 12 + 5)).subarray(-5).toString()).toBe('root\n')
  expect(heard.news.find(item => item.kind === 'chunk')).toMatchObject({ chunk: { offset: 0 } })
  expect(await readText(recorder)).toBe('login: ')
  expect(await readText(recorder, 2, 5)).toBe('gin')
  expect(recorder.state()).toMatchObject({ connected: true, problem: null, head: 7 })
  expect(recorder.where).toBe(`telnet 127.0.0.1:${peer.port}`)
})

test('every chunk follows on from the one before, and the log is what the chunks are, whatever the line brings', async () => {
  const hand = createHandOpener()
  const clock = createFakeClock()
  const recorder = await desk.record(hand.opener(clock), clock)
  const heard = hear(recorder)
  await clock.pass(0)
  let expected = ''
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ minLength: 1, maxLength: 30 }), { maxLength: 6 }), async parts => {
      for (const part of parts) hand.say(part)
      const from = Buffer.byteLength(expected)
      expected += parts.join('')
      expect(await readText(recorder, from)).toBe(parts.join(''))
    }),
    { numRuns: 100 },
  )
  let offset = 0
  for (const item of heard.news) {
    if (item.kind !== 'chunk') continue
    expect(item.chunk.offset).toBe(offset)
    offset += item.chunk.bytes.length
  }
  expect(recorder.state().head).toBe(offset)
})

test('a lost console is opened again; the mark is in the log, and no line is joined across it', async () => {
  const said = [
    '[   12.000000] Kernel pan',
    'ic - not syncing: joined\n[   13.000000] Kernel panic - not syncing: real\n',
  ]
  const peer = await peers.start(socket => {
    const text = said.shift()
    if (said.length > 0) socket.end(text ?? '')
    else socket.write(text ?? '')
  })
  const recorder = await desk.record(opensTelnet(peer.port), systemClock)
  const heard = hear(recorder)
  await until(() => heard.findings().length > 0, 'the panic')
  expect(heard.findings()).toEqual(['kernel panic: real'])
  expect((await recorder.marks(0, 1000)).map(mark => [mark.kind, mark.offset])).toEqual([
    ['connected', 0],
    ['lost', 25],
    ['connected', 25],
  ])
  expect(heard.states()).toContainEqual(
    expect.objectContaining({ connected: false, problem: 'closed by the other side', head: 25 }),
  )
  expect(await readText(recorder)).toBe(heard.text())
})

test('a listener that throws is dropped, and nobody else misses anything', async () => {
  const hand = createHandOpener()
  const clock = createFakeClock()
  const recorder = await desk.record(hand.opener(clock), clock)
  await clock.pass(0)
  let calls = 0
  recorder.listen(() => {
    calls += 1
    throw new Error('my own fault')
  })
  const heard = hear(recorder)
  hand.say('one ')
  hand.say('two')
  expect(heard.text()).toBe('one two')
  expect(calls).toBe(1)
  expect(await readText(recorder)).toBe('one two')
})

test('a listener that stopped hears no more, even added twice', async () => {
  const hand = createHandOpener()
  const clock = createFakeClock()
  const recorder = await desk.record(hand.opener(clock), clock)
  await clock.pass(0)
  const sizes: number[] = []
  const listener = (news: RecorderNews): void =>
    void (news.kind === 'chunk' && sizes.push(news.chunk.bytes.length))
  const stop = recorder.listen(listener)
  recorder.listen(listener)
  hand.say('12')
  stop()
  hand.say('123')
  expect(sizes).toEqual([2, 2, 3])
})

test('M6.7 a panic is named with nobody on the board, in the same turn as its line', async () => {
  const hand = createHandOpener()
  const clock = createFakeClock()
  const recorder = await desk.record(hand.opener(clock), clock)
  await clock.pass(0)
  const heard = hear(recorder)
  hand.say('idle\r\n[   99.000000] Kernel panic - not sync')
  hand.say('ing: Fatal exception\r\n')
  expect(heard.findings()).toEqual(['kernel panic: Fatal exception'])
})

test('M6.7 a finding is told again with its trace: at its end, or when nothing was added to it for two seconds', async () => {
  const hand = createHandOpener()
  const clock = createFakeClock()
  const recorder = await desk.record(hand.opener(clock), clock)
  await clock.pass(0)
  const heard = hear(recorder)
  const traces = (): string[] =>
    heard.news.flatMap(item =>
      item.kind === 'trace' ? [`${item.finding.title} ${item.finding.proof.length}`] : [],
    )
  hand.say('[   77.000000] BUG: scheduling while atomic: sh/312/0x2\r\n')
  await clock.pass(1_500)
  hand.say('[   78.500000] Call trace:\r\nPASS 1\r\n[   78.600000]  demo_write+0x1c/0x60\r\n')
  await clock.pass(1_000)
  hand.say('PASS 2\r\n')
  await clock.pass(999)
  expect(traces()).toEqual([])
  await clock.pass(1)
  expect(traces()).toEqual(['kernel BUG: scheduling while atomic: sh/312/0x2, demo_write+0x1c 3'])
  hand.say('[   99.000000] Kernel panic - not syncing: here\r\n[   99.000001] Rebooting in 5 seconds..\r\n')
  expect(traces().slice(1)).toEqual(['kernel panic: here 2'])
  await clock.pass(10_000)
  expect(traces()).toHaveLength(2)
})

test('a restart is a finding unless somebody asked for it', async () => {
  const hand = createHandOpener()
  const clock = createFakeClock()
  const recorder = await desk.record(hand.opener(clock), clock)
  await clock.pass(0)
  const heard = hear(recorder)
  recorder.expectReset(true)
  hand.say('\r\n\r\nU-Boot 2023.01 (Jan 09 2023)\r\n')
  recorder.expectReset(false)
  expect(heard.findings()).toEqual([])
  hand.say('\r\n\r\nU-Boot 2023.01 (Jan 09 2023)\r\n')
  expect(heard.findings()).toEqual(['reset: U-Boot 2023.01'])
})

test('offsets go on after a restart of the bot, and the time of the last byte is known', async () => {
  const hand = createHandOpener()
  const clock = createFakeClock()
  const first = await desk.record(hand.opener(clock), clock)
  await clock.pass(0)
  hand.say('before ')
  const at = clock.now()
  await first.close()
  await clock.pass(60_000)
  const second = await desk.record(hand.opener(clock), clock)
  const heard = hear(second)
  expect(second.state()).toMatchObject({ head: 7, lastByteAt: at })
  await clock.pass(0)
  hand.say('after')
  expect(heard.news).toContainEqual({ kind: 'chunk', chunk: expect.objectContaining({ offset: 7 }) })
  expect(await readText(second)).toBe('before after')
})

test('with the disk gone everything is still heard, and what was dropped is counted and marked', async () => {
  const hand = createHandOpener()
  const clock = createFakeClock()
  const recorder = await desk.record(hand.opener(clock), clock, { limits: { segmentBytes: 1 } })
  const heard = hear(recorder)
  await clock.pass(0)
  hand.say('kept ')
  expect(await readText(recorder)).toBe('kept ')
  await rm(desk.dir(), { recursive: true })
  hand.say('[    1.000000] Kernel panic - not syncing: heard\n')
  expect(await readText(recorder, 5)).toBe('')
  expect(heard.findings()).toEqual(['kernel panic: heard'])
  expect(heard.text()).toContain('kept [    1.000000] Kernel')
  expect(recorder.dropped()).toBe(49)
})

test('a board that floods is drained to the end; the log keeps its size', { timeout: 60_000 }, async () => {
  const line = Buffer.from(`${'0123456789'.repeat(10)}\r\n`)
  const block = Buffer.concat(Array.from({ length: 640 }, () => line))
  const blocks = 500
  const peer = await peers.start(socket =>
    flood(socket, block, blocks, '[    5.000000] Kernel panic - not syncing: end\r\n'),
  )
  const limits = { segmentBytes: 256 * 1024, keepBytes: 2 * 1024 * 1024, bufferBytes: 1024 * 1024 }
  const recorder = await desk.record(opensTelnet(peer.port), systemClock, { limits })
  const findings: string[] = []
  recorder.listen(news => void (news.kind === 'finding' && findings.push(news.finding.title)))
  await until(() => findings.length > 0, 'the end of the flood', 50_000)
  expect(findings).toEqual(['kernel panic: end'])
  const head = block.length * blocks + 48
  expect(recorder.state().head).toBe(head)
  let end = -1
  for await (const chunk of recorder.read(0, head)) {
    expect(chunk.offset).toBeGreaterThanOrEqual(end)
    end = chunk.offset + chunk.bytes.length
    const isLine = chunk.offset < block.length * blocks
    if (isLine) expect(chunk.bytes[0]).toBe(line[chunk.offset % line.length])
  }
  await recorder.close()
  let size = 0
  for (const name of await readdir(desk.dir())) size += (await stat(join(desk.dir(), name))).size
  expect(size).toBeLessThan(limits.keepBytes + 2 * limits.segmentBytes + 1024 * 1024)
})

/** As fast as the other side takes it, without filling this side's memory. */
function flood(socket: Socket, block: Buffer, blocks: number, last: string): void {
  let left = blocks
  const more = (): void => {
    while (left > 0) {
      left -= 1
      if (!socket.write(block)) return void socket.once('drain', more)
    }
    socket.write(last)
  }
  more()
}

test('a console that somebody else holds is connected and silent, and ours as soon as they leave', async () => {
  const peer = await peers.start(oneAtATime(socket => void socket.write('hello')))
  const first = await desk.record(opensTelnet(peer.port), systemClock)
  await until(() => first.state().head === 5, 'the first to hear')
  const second = await desk.record(opensTelnet(peer.port), systemClock, { dir: join(desk.dir(), 'second') })
  await second.connected(5_000, never)
  expect(second.state()).toMatchObject({ connected: true, lastByteAt: null, head: 0 })
  await first.close()
  await until(() => second.state().head === 5, 'the second to hear')
})
