import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFakeClock } from '../../fake-clock.ts'
import { canMount, fill, withSmallDisk } from '../../storage/small-disk.ts'
import { until } from '../../until.ts'
import { dial } from '../rig.ts'
import { BOUNDARY, type Desk, FORM, formOf, LIMITS, openDesk, post } from './desk.ts'

const JSON_TYPE = { 'Content-Type': 'application/json' }
const OCTETS = { 'Content-Type': 'application/octet-stream' }
const TOO_LARGE = { status: 413, json: { code: 'body-too-large' } }

async function nothingIsLeft(desk: Desk): Promise<void> {
  await until(async () => (await desk.staged()).length === 0, 'nothing is staged')
  expect(desk.broken).toEqual([])
}

/** The head of a request; what follows is written byte by byte as it is given. */
async function begun(port: number, head: string): ReturnType<typeof dial> {
  const connection = await dial(port)
  connection.socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n`)
  return connection
}

const FORM_HEAD = `Content-Type: multipart/form-data; boundary=${BOUNDARY}`

test('what says that it is too large is refused before it is read', async () => {
  const desk = await openDesk()
  for (const head of [
    `Content-Type: application/json\r\nContent-Length: ${LIMITS.bodyBytes + 1}`,
    `Content-Type: application/octet-stream\r\nContent-Length: ${LIMITS.fileBytes + 1}`,
    `${FORM_HEAD}\r\nContent-Length: ${LIMITS.fileBytes + LIMITS.bodyBytes + 1}`,
    'Content-Length: 999999999999999',
  ]) {
    const { seen, socket } = await begun(desk.port, head)
    await until(() => seen().includes('\r\n\r\n'), 'an answer')
    expect(seen()).toMatch(/^HTTP\/1.1 413 /)
    socket.destroy()
  }
  await nothingIsLeft(desk)
})

test('what does not say so is counted as it comes, to the byte', async () => {
  const desk = await openDesk()
  const bytes = (size: number): readonly Uint8Array[] => [
    Buffer.alloc(Math.floor(size / 2), 32),
    Buffer.alloc(Math.ceil(size / 2), 32),
  ]
  expect(await post(desk.port, OCTETS, bytes(LIMITS.fileBytes))).toMatchObject({ status: 200 })
  expect(await post(desk.port, OCTETS, bytes(LIMITS.fileBytes + 1))).toMatchObject(TOO_LARGE)
  const json = (size: number): readonly Uint8Array[] => [Buffer.from('{"a":1}'), ...bytes(size - 7)]
  expect(await post(desk.port, JSON_TYPE, json(LIMITS.bodyBytes))).toMatchObject({ status: 200 })
  expect(await post(desk.port, JSON_TYPE, json(LIMITS.bodyBytes + 1))).toMatchObject(TOO_LARGE)
  const form = (size: number): readonly Uint8Array[] => [
    formOf([{ name: 'binary', filename: 'hello', value: Buffer.alloc(size) }]),
  ]
  expect(await post(desk.port, FORM, form(LIMITS.fileBytes))).toMatchObject({ status: 200 })
  expect(await post(desk.port, FORM, form(LIMITS.fileBytes + 1))).toMatchObject(TOO_LARGE)
  await nothingIsLeft(desk)
})

test.each([
  [
    'fields that are too large together',
    [...Array(11).keys()].map(n => ({ name: `f${n}`, value: 'x'.repeat(1_000) })),
    413,
  ],
  ['one that is', [{ name: 'f', value: 'x'.repeat(LIMITS.bodyBytes + 1) }], 413],
  ['too many fields', [...Array(201).keys()].map(n => ({ name: `f${n}`, value: 'x' })), 400],
  ['too many files', [...Array(9).keys()].map(n => ({ name: `f${n}`, filename: 'x', value: 'x' })), 400],
  ['two files of one name', [1, 2].map(() => ({ name: 'binary', filename: 'x', value: 'x' })), 400],
])('a form with %s is refused', async (_, parts, status) => {
  const desk = await openDesk()
  const first = { name: 'first', filename: 'hello', value: Buffer.alloc(50_000) }
  expect(await post(desk.port, FORM, formOf([first, ...parts]))).toMatchObject({ status })
  await nothingIsLeft(desk)
})

test('a form that is none is refused: without boundary, end, names or sense', async () => {
  const desk = await openDesk()
  const whole = formOf([{ name: 'binary', filename: 'hello', value: Buffer.alloc(50_000) }])
  const bad = { status: 400, json: { code: 'body' } }
  expect(await post(desk.port, { 'Content-Type': 'multipart/form-data' }, whole)).toMatchObject(bad)
  expect(await post(desk.port, FORM, whole.subarray(0, -20))).toMatchObject(bad)
  expect(await post(desk.port, FORM, 'no form')).toMatchObject(bad)
  const header = `--${BOUNDARY}\r\nContent-Disposition: form-data`
  expect(await post(desk.port, FORM, `${header}\r\n\r\nx\r\n--${BOUNDARY}--\r\n`)).toMatchObject(bad)
  expect(
    await post(desk.port, FORM, `${header}; filename="x"\r\n\r\nx\r\n--${BOUNDARY}--\r\n`),
  ).toMatchObject(bad)
  expect(await post(desk.port, FORM, `${header}; name="${'x'.repeat(20_000)}"\r\n\r\nx`)).toMatchObject(bad)
  await nothingIsLeft(desk)
})

test('a sender that leaves, wherever in the body that is, leaves nothing behind', async () => {
  const desk = await openDesk()
  const form = formOf([
    { name: 'family', value: 'socA' },
    { name: 'binary', filename: 'hello', value: Buffer.alloc(100_000, 7) },
    { name: 'other', filename: 'other', value: Buffer.alloc(30_000, 8) },
  ])
  const bodies = fc.constantFrom(
    { head: `${FORM_HEAD}\r\nContent-Length: ${form.length}`, body: form },
    { head: `Content-Type: application/octet-stream\r\nContent-Length: ${form.length}`, body: form },
    { head: `Content-Type: application/json\r\nContent-Length: 9000`, body: Buffer.alloc(9_000, 32) },
    {
      head: `${FORM_HEAD}\r\nTransfer-Encoding: chunked`,
      body: Buffer.concat([Buffer.from(`${form.length.toString(16)}\r\n`), form]),
    },
  )
  let cut = 0
  await fc.assert(
    fc.asyncProperty(
      bodies,
      fc.integer({ min: 0, max: 999 }),
      fc.boolean(),
      async ({ head, body }, part, isRude) => {
        const { socket } = await begun(desk.port, head)
        const bytes = body.subarray(0, Math.floor((body.length * part) / 1_000))
        const { promise, resolve } = Promise.withResolvers<void>()
        socket.write(bytes, () => resolve())
        await promise
        if (isRude) socket.resetAndDestroy()
        else socket.destroy()
        cut++
        await until(() => desk.refused.length === cut, 'it is noticed')
      },
    ),
    { numRuns: 100 },
  )
  expect(new Set(desk.refused)).toEqual(new Set(['body']))
  await nothingIsLeft(desk)
}, 60_000)

test('a sender that falls silent is told so after 30 s, counted from its last byte', async () => {
  const clock = createFakeClock()
  const desk = await openDesk({ clock })
  const start = formOf([{ name: 'binary', filename: 'hello', value: Buffer.alloc(20_000) }]).subarray(
    0,
    10_000,
  )
  const { socket, seen } = await begun(desk.port, `${FORM_HEAD}\r\nContent-Length: 30000`)
  socket.write(start)
  await until(async () => (await desk.staged()).length === 1, 'it has begun')
  await clock.pass(29_000)
  socket.write(start)
  await until(() => socket.bytesWritten > 20_000 && clock.timers > 0, 'it is sent')
  await until(async () => {
    await clock.pass(1_000)
    return seen() !== ''
  }, 'it is given up')
  expect(seen()).toMatch(/^HTTP\/1.1 408 /)
  expect(seen()).toContain('Next to nothing of the body came for 30 s')
  await nothingIsLeft(desk)
})

test('a sender that drips is given up as one that is silent: it would hold a place for as long as it likes', async () => {
  const clock = createFakeClock()
  const desk = await openDesk({ clock })
  const { socket, seen } = await begun(desk.port, 'Content-Type: application/json\r\nContent-Length: 9000')
  socket.write('{"a":"')
  await until(() => clock.timers > 0, 'it has begun')
  for (let n = 0; n < 31 && seen() === ''; n++) {
    socket.write('x')
    await until(() => socket.bytesWritten > n, 'it is sent')
    await clock.pass(1_000)
  }
  await until(() => seen() !== '', 'it is given up')
  expect(seen()).toMatch(/^HTTP\/1.1 408 /)
})

test('over so many at once it is busy, says when to come again, and takes the next when one has ended', async () => {
  const desk = await openDesk({ most: 2 })
  const open = await Promise.all([1, 2].map(() => begun(desk.port, 'Content-Length: 4')))
  for (const { socket } of open) socket.write('ab')
  await until(async () => (await desk.staged()).length === 2, 'two have begun')
  const third = await post(desk.port, OCTETS, 'late')
  expect(third).toMatchObject({ status: 503, json: { code: 'busy' } })
  expect(third.headers['retry-after']).toBe('5')
  expect(await post(desk.port, JSON_TYPE, '{}')).toMatchObject({ status: 200 })
  open[0]?.socket.destroy()
  await until(() => desk.refused.includes('body'), 'one has left')
  expect(await post(desk.port, OCTETS, 'late')).toMatchObject({ status: 200 })
  open[1]?.socket.write('cd')
  await until(() => open[1]?.seen().includes('200 OK') === true, 'the other goes on')
  await nothingIsLeft(desk)
})

test('who goes on sending what was refused reads the answer, and is cut off when it never ends', async () => {
  const desk = await openDesk()
  const body = Array.from({ length: 30 }, () => Buffer.alloc(100_000, 7))
  for (const type of [OCTETS, FORM, JSON_TYPE, { 'Content-Type': 'text/plain' }])
    expect((await post(desk.port, type, body)).status).toBeGreaterThanOrEqual(400)
  const { socket, seen, closed } = await begun(
    desk.port,
    'Content-Type: text/plain\r\nContent-Length: 99999999999',
  )
  const more = (): void => {
    while (!socket.destroyed && socket.write(Buffer.alloc(65_536)));
  }
  socket.on('drain', more)
  more()
  await until(closed, 'it is cut off')
  expect(seen()).toMatch(/^HTTP\/1.1 415 /)
  await nothingIsLeft(desk)
})

test('who is refused and neither sends on nor leaves is cut off after 10 s', async () => {
  const clock = createFakeClock()
  const desk = await openDesk({ clock })
  const { seen, closed } = await begun(desk.port, 'Content-Length: 999999999')
  await until(() => seen().includes('\r\n\r\n'), 'an answer')
  await clock.pass(9_999)
  expect([closed(), clock.timers]).toEqual([false, 1])
  await clock.pass(1)
  await until(closed, 'it is cut off')
  expect([clock.timers, desk.broken]).toEqual([0, []])
})

test('what the store cannot write is its own error, for a form and for a file alone, and nothing hangs', async () => {
  const broken = new Error('the disk is on fire')
  const desk = await openDesk({
    uploads: real => ({
      ...real,
      async stage(_name, content) {
        for await (const _ of content) break
        // What it had written is cleared away first: the stream ends before it is known why.
        await setImmediate()
        throw broken
      },
    }),
  })
  const form = formOf([{ name: 'binary', filename: 'hello', value: Buffer.alloc(200_000) }])
  expect(await post(desk.port, FORM, form)).toMatchObject({ status: 500 })
  expect(await post(desk.port, OCTETS, Buffer.alloc(200_000))).toMatchObject({ status: 500 })
  expect(desk.broken).toEqual([broken, broken])
})

test.skipIf(!(await canMount()))(
  'on a full disk an upload is refused, and leaves nothing there',
  async () => {
    await withSmallDisk(1024 * 1024, async dir => {
      const desk = await openDesk({ dir, limits: { bodyBytes: 10_000, fileBytes: 8_000_000 } })
      await fill(dir)
      const form = formOf([{ name: 'binary', filename: 'hello', value: Buffer.alloc(3_000_000, 7) }])
      for (const [type, body] of [
        [FORM, form],
        [OCTETS, Buffer.alloc(3_000_000, 7)],
      ] as const)
        expect(await post(desk.port, type, body)).toMatchObject({ status: 500 })
      expect(desk.broken).toMatchObject([{ code: 'storage-full' }, { code: 'storage-full' }])
      expect(await desk.staged()).toEqual([])
    })
  },
)
