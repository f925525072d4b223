import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { aLog, createLabPort, makeAttempt, makeBoard, makeLease, makeResult } from '../commands/lab-port.ts'
import { lineStage } from '../http/live/line-stage.ts'
import { serveRoutes } from '../http/live/stand.ts'
import { until } from '../until.ts'
import { type LaptopOptions, laptop, move, quick } from './stage.ts'

async function stage(more: Parameters<typeof createLabPort>[0] = {}) {
  const received: { name: string; sum: string }[] = []
  const lab = createLabPort(more)
  const { submit } = lab
  lab.submit = async (asked, by, origin) => {
    if (asked.program.kind === 'file') {
      const { name, open } = asked.program.file
      received.push({ name, sum: sumOf(await buffer(open())) })
    }
    return await submit(asked, by, origin)
  }
  const { routes, streams, posted } = await lineStage(lab, quick)
  const served = await serveRoutes(routes)
  const address = `http://127.0.0.1:${served.port}`
  return {
    ...{ lab, streams, posted, received, address },
    at: (options?: LaptopOptions) => laptop(address, options),
  }
}

function sumOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

test('a question is answered with the card that a terminal shows', async () => {
  const on = await stage()
  const me = on.at()
  expect(await me.type('queue')).toBe(0)
  expect(me.out()).toContain('Queue · 0 waiting')
  expect(await me.type('help', 'run-test')).toBe(0)
  expect(me.out()).toContain('run-test FAMILY')
  expect(me.errors()).toBe('')
})

test.for([
  ['passed', 0, 'T1 passed'],
  ['failed', 1, 'T1 failed'],
  ['timeout', 1, 'T1 timeout'],
  ['cancelled', 1, 'T1 was cancelled'],
  ['error', 2, 'T1 did not get through'],
] as const)('a test is waited for to its end: %s is exit status %i', async ([state, exit, words]) => {
  const on = await stage()
  const me = on.at({ files: { './hello': 'ELF' } })
  const over = me.type('run-test', 'socA', './hello', '--', '-v', 'two words')
  await me.sees('T1 · hello on socA · queued')
  move(on.lab, 'T1', { state: 'running', attempts: [makeAttempt()] })
  move(on.lab, 'T1', { state, result: makeResult({ title: 'exit status 3', message: 'it was so' }) })
  expect(await over).toBe(exit)
  expect(me.out()).toContain(words)
  expect(on.lab.submitted[0]?.args).toEqual(['-v', 'two words'])
  expect(on.received).toEqual([{ name: 'hello', sum: sumOf('ELF') }])
  expect(on.streams.count).toBe(0)
})

test('a log is followed while it comes, and the end is told after its last line', async () => {
  const printed = ['before']
  const on = await stage({ log: async (_id, { after }) => aLog(printed, after) })
  move(on.lab, 'T7', { state: 'running' })
  const me = on.at()
  const over = me.type('tests', 'log', 'T7', '--follow')
  await me.sees('before')
  printed.push('and \u001b[31mon\u202e')
  on.lab.publish('run/T7')
  await me.sees('  and on')
  printed.push('last words')
  move(on.lab, 'T7', { state: 'passed', result: makeResult() })
  expect(await over).toBe(0)
  const order = ['before', '  and on', '  last words', 'T7 passed'].map(text => me.out().indexOf(text))
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  expect(order).not.toContain(-1)
})

test('as JSON each reply is a line, and so is the end', async () => {
  const on = await stage()
  const me = on.at({ json: true })
  const over = me.type('run-test', 'socA', '--shell', 'true')
  await until(() => me.out() !== '', 'the reply')
  move(on.lab, 'T1', { state: 'passed', result: makeResult() })
  expect(await over).toBe(0)
  const [reply, end, ...rest] = me
    .out()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
  expect(reply).toMatchObject({ run: { id: 'T1', state: 'queued' } })
  expect(end).toMatchObject({
    told: { topic: 'run/T1', kind: 'ended', exit: 0, result: { run: { state: 'passed' } } },
  })
  expect(rest).toEqual([])
  expect(await me.type('tests', 'show', 'T99')).toBe(3)
  expect(JSON.parse(me.out().split('\n').at(-1) ?? '')).toMatchObject({
    error: { code: 'not-found', class: 'input' },
  })
})

test('every content arrives as it is, whatever the word that names its file', async () => {
  const on = await stage()
  const word = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 16 })
    .filter(
      text => !/^--?[A-Za-z]|^--?$|^https?:|^[TL]\d+\//i.test(text) && !['line', 'confirmed'].includes(text),
    )
  const bytes = fc.uint8Array({ maxLength: 3_000 }).map(array => Buffer.from(array))
  await fc.assert(
    fc.asyncProperty(word, bytes, async (name, content) => {
      on.received.length = 0
      const file = { name: 'hello', size: content.length, open: () => Readable.from([content]) }
      const me = on.at({ open: async () => file, signal: AbortSignal.timeout(10_000) })
      const over = me.type('run-test', 'socA', name)
      const id = await until(() => /^T\d+/.exec(me.out())?.[0] ?? (me.errors() !== '' && 'none'), name)
      move(on.lab, id, { state: 'passed', result: makeResult() })
      expect([await over, me.errors()]).toEqual([0, ''])
      expect(on.received.map(file => file.sum)).toEqual([sumOf(content)])
    }),
    { numRuns: 100 },
  )
})

test('a large file is sent as it is read, and it is seen how far it is', async () => {
  const on = await stage()
  const block = Buffer.alloc(64 * 1024, 'x')
  const most = { now: 0 }
  const me = on.at({
    open: async () => ({
      name: 'big',
      size: 40 * block.length,
      open: () =>
        Readable.from(
          (async function* blocks() {
            for (let n = 0; n < 40; n++) yield block
            most.now = me.progress.length
          })(),
        ),
    }),
  })
  const over = me.type('run-test', 'socA', './big')
  await me.sees('T1 ·')
  move(on.lab, 'T1', { state: 'passed', result: makeResult() })
  expect(await over).toBe(0)
  const shown = me.progress.filter(text => text !== null)
  expect(shown[0]).toMatch(/^sending big: \d+ % of 2\.6 MB$/)
  expect(me.progress.at(-1)).toBeNull()
  // It went out while it was still being read.
  expect(most.now).toBeGreaterThan(10)
})

test('a file that changes while it is sent begins nothing', async () => {
  const on = await stage()
  for (const content of ['too much', 'no']) {
    const me = on.at({
      open: async () => ({ name: 'hello', size: 4, open: () => Readable.from([Buffer.from(content)]) }),
    })
    expect(await me.type('run-test', 'socA', './hello')).toBe(3)
    expect(me.errors()).toContain('hello changed while it was sent: it had 4 bytes.')
  }
  expect(on.lab.submitted).toEqual([])
})

test('a file that is not there is said here, and nothing is sent', async () => {
  const on = await stage()
  const me = on.at()
  expect(await me.type('run-test', 'socA', './nowhere')).toBe(3)
  expect(me.errors()).toBe('There is no file ./nowhere.\nCheck the path.')
  expect(on.lab.entries).toEqual([])
})

test('addresses and kept files stay words; a file at hand goes before a kept one', async () => {
  const on = await stage({
    fileAt: async url => ({ name: `at ${url}`, size: 1, open: () => Readable.from(['x']) }),
    storedFile: async (owner, name) => ({
      name: `${owner} ${name}`,
      size: 1,
      open: () => Readable.from(['x']),
    }),
  })
  const me = on.at({ files: { 'T13/hello': 'mine' }, signal: AbortSignal.timeout(10_000) })
  for (const word of ['https://ci.example/hello', 'T12/hello', 'T13/hello']) {
    const next = `T${on.lab.state().counters.T + 1}`
    const over = me.type('run-test', 'socA', word)
    await me.sees(`${next} ·`)
    move(on.lab, next, { state: 'passed', result: makeResult() })
    expect([word, await over]).toEqual([word, 0])
  }
  expect(on.received.map(file => file.name)).toEqual(['at https://ci.example/hello', 'T12 hello', 'hello'])
})

test('what is dangerous is asked about where somebody is there, and else needs --yes', async () => {
  const done: string[] = []
  const held = makeBoard('soc-a-001', { heldBy: '@kai', lease: makeLease({ board: 'soc-a-001' }) })
  const on = await stage({
    boards: () => [held],
    power: async (_board, action) => {
      done.push(action)
      throw new Error('that is enough')
    },
  })
  const questions: string[] = []
  const answering = (yes: boolean) => async (question: string) => {
    questions.push(question)
    return yes
  }
  const no = on.at({ ask: answering(false) })
  expect(await no.type('power', 'off', 'soc-a-001')).toBe(3)
  expect([done, no.errors()]).toEqual([[], 'Nothing was done.'])
  const job = on.at()
  expect(await job.type('power', 'off', 'soc-a-001')).toBe(3)
  expect(job.errors()).toBe(
    `Nothing was done. To do it: boardroom --server ${on.address} power off soc-a-001 --yes`,
  )
  expect(done).toEqual([])
  await on.at({ ask: answering(true) }).type('power', 'off', 'soc-a-001')
  await on.at().type('power', 'off', 'soc-a-001', '--yes')
  expect(done).toEqual(['off', 'off'])
  expect(questions[0]).toMatch(/soc-a-001.*Do it\? \[y\/N\] $/)
})

test('who leaves is told that the test goes on, and how to look again', async () => {
  const on = await stage()
  const me = on.at()
  const over = me.type('run-test', 'socA', '--shell', 'true')
  await me.sees('T1 ·')
  me.leave()
  expect(await over).toBe(2)
  expect(me.errors()).toBe(`Left; T1 goes on. Look again: boardroom --server ${on.address} tests show T1`)
  await until(() => on.streams.count === 0, 'the stream to be let go')
})

test("a board's log is followed until somebody has seen enough", async () => {
  const on = await stage({ boardLog: async (_id, _console, { after }) => aLog(['login:'], after) })
  const me = on.at()
  const over = me.type('boards', 'log', 'soc-a-001', '--follow')
  await me.sees('login:')
  await until(() => on.streams.count === 1, 'the stream')
  me.leave()
  expect([await over, me.errors()]).toEqual([0, ''])
})

test('nothing to do is said, not sent', async () => {
  const on = await stage()
  const me = on.at()
  expect(await me.type()).toBe(3)
  expect(me.errors()).toContain(`boardroom --server ${on.address} help`)
})
