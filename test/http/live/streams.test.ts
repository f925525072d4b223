import { once } from 'node:events'
import { connect } from 'node:net'
import type { Context } from 'koa'
import { expect, onTestFinished, test } from 'vitest'
import { type Clock, systemClock } from '../../../src/clock.ts'
import { createStreams, HEARTBEAT_MS, type Stream } from '../../../src/http/live/streams.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { until } from '../../until.ts'
import { listen, read, serve } from './stand.ts'

const TEXT = 'text/plain; charset=utf-8'
const MEGABYTE = 'x'.repeat(1024 * 1024)

/** Each request opens a stream, or is answered 503. */
async function stage({ clock = systemClock as Clock, most = 5, idleMs = 0 } = {}) {
  const streams = createStreams({ clock, most })
  const open: Stream[] = []
  const contexts: Context[] = []
  const served = await serve(ctx => {
    const stream = streams.open(ctx, TEXT)
    if (stream === null) ctx.status = 503
    else open.push(stream)
    contexts.push(ctx)
  }, idleMs)
  return { ...served, streams, open, contexts, stream: () => until(() => open[0], 'a stream') }
}

/** A reader that reads nothing. */
async function stuck(port: number) {
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let closed = false
  socket.on('close', () => {
    closed = true
  })
  socket.on('error', () => {})
  await once(socket, 'connect')
  socket.pause()
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  return { socket, closed: () => closed }
}

test('a stream is heard before its first line, gives what is written, and ends as it should', async () => {
  const here = await stage()
  const reader = await read(here.port)
  expect(reader.answer.headers).toMatchObject({
    'content-type': TEXT,
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  })
  const stream = await here.stream()
  expect(stream.write('one\n')).toBe(true)
  await reader.sees('one\n')
  stream.write('two\n')
  stream.end()
  await until(() => reader.over() === 'ended', 'the end')
  expect(reader.text()).toBe('one\ntwo\n')
  expect([stream.write('three\n'), here.streams.count, here.faults]).toEqual([false, 0, []])
  stream.end()
})

test('who writes is told that the reader left, and nothing of it is kept', async () => {
  const here = await stage()
  const reader = await read(here.port)
  const stream = await here.stream()
  expect(here.streams.count).toBe(1)
  reader.leave()
  await until(() => stream.signal.aborted, 'the reader to be gone')
  expect([here.streams.count, stream.write('x')]).toEqual([0, false])
  await stream.room()
})

test('a reader that left while its answer was being looked up is gone from the start', async () => {
  const streams = createStreams({ clock: systemClock, most: 5 })
  const opened: (Stream | null)[] = []
  const left = Promise.withResolvers<void>()
  const { port } = await serve(async ctx => {
    ctx.res.once('close', left.resolve)
    await left.promise
    opened.push(streams.open(ctx, TEXT))
  })
  const socket = connect(port, '127.0.0.1')
  await once(socket, 'connect')
  socket.end('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  socket.destroy()
  const [stream] = await until(() => opened.length > 0 && opened, 'the stream')
  expect([stream?.signal.aborted, streams.count, stream?.write('x')]).toEqual([true, 0, false])
})

test('a reader that does not read is cut off, and what waits for it stays small', async () => {
  const here = await stage()
  const reader = await stuck(here.port)
  const stream = await here.stream()
  let written = 0
  await until(() => {
    if (!stream.write(MEGABYTE)) return true
    written++
    return false
  }, 'the reader to be cut off')
  // What the kernel holds for a connection, a megabyte of ours, and the text that was over it.
  expect(written).toBeLessThan(40)
  reader.socket.resume()
  await until(() => reader.closed(), 'the connection to be closed')
  expect([stream.signal.aborted, here.streams.count]).toEqual([true, 0])
})

test('a text of many megabytes is no slow reader', async () => {
  const here = await stage()
  const reader = await read(here.port)
  const stream = await here.stream()
  expect(stream.write(MEGABYTE.repeat(5))).toBe(true)
  stream.end()
  await until(() => reader.over() === 'ended', 'all of it')
  expect(reader.text().length).toBe(5 * MEGABYTE.length)
})

test('who waits for room loses nothing to a reader that rests, and is let go when it leaves', async () => {
  const here = await stage()
  const reader = await read(here.port)
  reader.answer.pause()
  const stream = await here.stream()
  let sent = ''
  const writing = (async () => {
    for (let n = 0; n < 200; n++) {
      const line = `${n} ${'y'.repeat(100_000)}\n`
      if (stream.write(line)) sent += line
      await stream.room()
    }
    stream.end()
  })()
  reader.answer.resume()
  await writing
  await until(() => reader.over() === 'ended', 'the end')
  expect(reader.text() === sent && sent.length > 20_000_000).toBe(true)

  const idle = await stuck(here.port)
  const second = await until(() => here.open[1], 'the second stream')
  const filling = (async () => {
    while (second.write(MEGABYTE)) await second.room()
  })()
  idle.socket.destroy()
  await filling
})

test('no more are open at once than may be, and a place comes free again', async () => {
  const here = await stage({ most: 2 })
  const [one] = [await read(here.port), await read(here.port)]
  expect((await read(here.port)).answer.statusCode).toBe(503)
  one?.leave()
  await until(() => here.streams.count === 1, 'a place')
  expect((await read(here.port)).answer.statusCode).toBe(200)
})

test('at the end of the process all text is cut behind what was written, and none is opened', async () => {
  const here = await stage()
  const readers = [await read(here.port), await read(here.port)]
  for (const stream of here.open) stream.write('last\n')
  here.streams.closeAll()
  await until(() => readers.every(reader => reader.over() === 'cut'), 'both ends')
  expect(readers.map(reader => reader.text())).toEqual(['last\n', 'last\n'])
  expect((await read(here.port)).answer.statusCode).toBe(503)
})

test('at the end of the process events end in order: their reader comes again', async () => {
  const streams = createStreams({ clock: systemClock, most: 5 })
  const { port } = await serve(ctx => void streams.events(ctx)?.send('state', { n: 1 }))
  const reader = await read(port)
  await reader.sees('state')
  streams.closeAll()
  await until(() => reader.over() === 'ended', 'its end')
})

test('silence is no fault: a stream outlives the time that a connection may be idle', async () => {
  const here = await stage({ idleMs: 40 })
  let silences = 0
  here.server.on('connection', socket => socket.on('timeout', () => silences++))
  const reader = await read(here.port)
  const stream = await here.stream()
  await until(() => silences >= 3, 'the connection to be idle again and again')
  expect(stream.write('still here\n')).toBe(true)
  await reader.sees('still here')
})

test('a reader that stands still is cut off after that time, with little or much unread', async () => {
  const here = await stage({ idleMs: 40 })
  const reader = await stuck(here.port)
  const stream = await here.stream()
  const writing = (async () => {
    while (stream.write('z'.repeat(50_000))) await stream.room()
  })()
  await writing
  expect(stream.signal.aborted).toBe(true)
  reader.socket.resume()
  await until(() => reader.closed(), 'the connection to be closed')
})

test('events have names, ids and a sign of life, which ends with the reader', async () => {
  const clock = createFakeClock()
  const streams = createStreams({ clock, most: 5 })
  const { port } = await serve(ctx => {
    const events = streams.events(ctx)
    events?.send('state', { text: 'two\nlines \u2028' }, 7)
    events?.send('progress', [1])
  })
  const listener = await listen(port, '/')
  expect(listener.answer.headers['content-type']).toBe('text/event-stream')
  await listener.hears('progress')
  expect(listener.events()).toEqual([
    { name: 'state', data: { text: 'two\nlines \u2028' }, id: '7' },
    { name: 'progress', data: [1], id: '7' },
  ])
  expect(listener.text()).toMatch(/^retry: 2000\n: here\n\n/)
  await clock.pass(3 * HEARTBEAT_MS)
  await until(() => listener.text().split(': here').length === 5, 'three signs of life')
  listener.leave()
  await until(() => clock.timers === 0, 'the timer to be taken back')
})

test('the end of the process takes the sign of life back too', async () => {
  const clock = createFakeClock()
  const streams = createStreams({ clock, most: 5 })
  const { port } = await serve(ctx => void streams.events(ctx))
  const listener = await listen(port, '/')
  await until(() => clock.timers === 1, 'the timer')
  streams.closeAll()
  await until(() => listener.over() === 'ended', 'the end')
  expect([clock.timers, streams.count]).toEqual([0, 0])
})
