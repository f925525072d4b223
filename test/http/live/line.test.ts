import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatWord } from '../../../src/commands/words.ts'
import { createLabPort, makeBoard, makeLease } from '../../commands/lab-port.ts'
import { lineStage } from './line-stage.ts'
import { serveRoutes } from './stand.ts'

type Answer = { status: number; body: Record<string, unknown> & { fault: Record<string, unknown> | null } }

async function stage(more: Parameters<typeof createLabPort>[0] = {}) {
  const contents: string[] = []
  const lab = createLabPort(more)
  const { submit } = lab
  lab.submit = async (asked, by, origin) => {
    if (asked.program.kind === 'file') contents.push(await text(asked.program.file.open()))
    return await submit(asked, by, origin)
  }
  const { routes, posted } = await lineStage(lab)
  const { port } = await serveRoutes(routes)
  async function post(body: string | FormData, type?: string): Promise<Answer> {
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type }
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/line`, { method: 'POST', body, headers })
    return { status: answer.status, body: (await answer.json()) as Answer['body'] }
  }
  return {
    ...{ lab, port, posted, contents, post },
    say: (line: string) => post(JSON.stringify({ line }), 'application/json'),
  }
}

function form(
  fields: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
): FormData {
  const body = new FormData()
  for (const [name, value] of Object.entries(fields)) body.append(name, value)
  for (const [name, content] of Object.entries(files)) body.append(name, new Blob([content]), 'hello')
  return body
}

test('a line is answered with its result, its card and its exit status, and written down', async () => {
  const { say, lab } = await stage()
  const { status, body } = await say('queue')
  expect(status).toBe(200)
  expect(body).toMatchObject({
    kind: 'done',
    command: 'queue',
    exit: 0,
    fault: null,
    started: null,
    follows: null,
    timeZone: 'UTC',
    result: { waiting: [], running: [] },
    view: { topic: 'queue' },
  })
  expect(lab.entries).toMatchObject([
    { who: { name: 'mei', platform: 'http' }, where: 'http 127.0.0.1', line: 'queue' },
  ])
})

test('a file goes with the line under the word that names it; its card is posted where people are', async () => {
  const { post, lab, posted, contents } = await stage()
  const { body } = await post(form({ line: 'run-test socA ./out/hello -- -v' }, { './out/hello': 'ELF' }))
  expect(body).toMatchObject({ kind: 'done', started: 'run/T1', exit: 0, result: { run: { id: 'T1' } } })
  expect(lab.submitted[0]).toMatchObject({ family: 'socA', args: ['-v'] })
  expect(contents).toEqual(['ELF'])
  expect(posted.map(run => [run.id, run.submitter.name, run.origin.channel])).toEqual([['T1', 'mei', 'home']])
})

test('any word can name a file, however it is written', async () => {
  const { post, contents } = await stage()
  const word = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    // Those that are flags, addresses or kept files are words of another kind.
    .filter(name => !/^[-—–]|^https?:|^[TL]\d+\//i.test(name) && !['line', 'confirmed'].includes(name))
  await fc.assert(
    fc.asyncProperty(word, async name => {
      contents.length = 0
      const { body } = await post(form({ line: `run-test socA ${formatWord(name)}` }, { [name]: 'ELF' }))
      expect([name, body['kind'], contents]).toEqual([name, 'done', ['ELF']])
    }),
    { numRuns: 100 },
  )
})

test('a word never opens a file of the machine that the bot runs on', async () => {
  const { say, lab } = await stage()
  for (const word of ['/etc/passwd', './package.json', '~/.ssh/id_rsa', 'package.json']) {
    const { body } = await say(`run-test socA ${word}`)
    expect(body).toMatchObject({ kind: 'fault', exit: 3, started: null })
  }
  expect(lab.submitted).toEqual([])
})

test('what is wrong with a line is in the answer, with status 200', async () => {
  const { say, posted } = await stage()
  expect((await say('qeue')).body).toMatchObject({
    kind: 'fault',
    exit: 3,
    fault: { code: 'unknown-command' },
  })
  expect((await say("queue '")).body).toMatchObject({ kind: 'fault', fault: { code: 'unclosed-quote' } })
  expect((await say('run-test')).body).toMatchObject({ kind: 'form', exit: 3, view: { kind: 'form' } })
  expect((await say('tests show T99')).body).toMatchObject({ kind: 'fault', fault: { code: 'not-found' } })
  expect(posted).toEqual([])
})

test('what is dangerous is done when it was confirmed, and not before', async () => {
  const asked: string[] = []
  const held = makeBoard('soc-a-001', { heldBy: '@kai', lease: makeLease({ board: 'soc-a-001' }) })
  const { say, post } = await stage({
    boards: () => [held],
    power: async (board, action) => {
      asked.push(`${action} ${board}`)
      throw new Error('enough')
    },
  })
  expect((await say('power off soc-a-001')).body).toMatchObject({
    kind: 'confirm',
    exit: 3,
    fault: { code: 'needs-confirmation' },
  })
  expect(asked).toEqual([])
  await post(JSON.stringify({ line: 'power off soc-a-001', confirmed: true }), 'application/json')
  await post(form({ line: 'power off soc-a-001', confirmed: 'true' }))
  await say('power off soc-a-001 --yes')
  expect(asked).toEqual(['off soc-a-001', 'off soc-a-001', 'off soc-a-001'])
})

test('a card is posted for a new test, not for one that is only looked at', async () => {
  const { say, posted } = await stage()
  await say('run-test socA --shell true')
  expect((await say('tests follow T1')).body).toMatchObject({
    started: 'run/T1',
    follows: { kind: 'run', id: 'T1', after: 0 },
  })
  expect((await say('tests log T1 --follow')).body).toMatchObject({ started: 'run/T1' })
  expect(posted.map(run => run.id)).toEqual(['T1'])
})

test.for([
  ['{}', 'application/json', 400, 'line'],
  ['{"line": 7}', 'application/json', 400, 'line'],
  ['{"line": ["queue"]}', 'application/json', 400, 'line'],
  [JSON.stringify({ line: 'x'.repeat(70_000) }), 'application/json', 400, 'line'],
  [JSON.stringify({ line: 'x'.repeat(300_000) }), 'application/json', 413, 'body-too-large'],
  ['{', 'application/json', 400, 'body'],
  ['', 'application/json', 400, 'line'],
  ['line=queue', 'application/x-www-form-urlencoded', 415, 'unsupported'],
  ['queue', 'text/plain', 415, 'unsupported'],
  ['ELF', 'application/octet-stream', 400, 'line'],
] as const)('%# a body that is no line is a problem: %s', async ([body, type, status, code]) => {
  const { post, lab } = await stage()
  const answer = await post(body, type)
  expect([answer.status, answer.body['code']]).toEqual([status, code])
  expect(lab.entries).toEqual([])
})

test('nothing is done for who left before all of it was there', async () => {
  const { port, lab } = await stage()
  const asked = request({ host: '127.0.0.1', port, path: '/api/v1/line', method: 'POST', agent: false })
  asked.on('error', () => {})
  asked.setHeader('content-type', 'application/json')
  asked.setHeader('content-length', '100')
  asked.write('{"line": "run-test socA --shell true"}')
  await new Promise<void>(resolve => asked.once('socket', socket => socket.once('connect', resolve)))
  asked.destroy()
  // The next is answered after it.
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/line`, {
    method: 'POST',
    body: '{"line": "queue"}',
    headers: { 'content-type': 'application/json' },
  })
  expect(answer.status).toBe(200)
  expect([lab.submitted, lab.entries.map(each => each.line)]).toEqual([[], ['queue']])
})
