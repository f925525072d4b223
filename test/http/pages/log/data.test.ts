import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import type { Run } from '../../../../src/lab/types.ts'
import { stripAnsi } from '../../../../src/reading/ansi.ts'
import { makeAttempt } from '../../../commands/lab-port.ts'
import { consoleBytes, naiveHits, naiveLines } from '../../../lab/logs/naive.ts'
import { until } from '../../../until.ts'
import { get, open } from '../../rig.ts'
import { type LogRig, startLogRig } from './rig.ts'

async function rigOf(begin: Partial<Run> = {}): Promise<LogRig> {
  const rig = await startLogRig(begin)
  onTestFinished(() => rig.close())
  return rig
}

type Lines = {
  from: number
  lines: number
  shown: { t: number; s: string | [string, string][]; more?: number }[]
}

const LIVE = '/live/log/T12/console.log'

test('the lines that are given are those of the log, each as its text with its colours beside it', async () => {
  const rig = await rigOf()
  await fc.assert(
    fc.asyncProperty(consoleBytes, fc.integer({ min: 1, max: 30 }), async (bytes, from) => {
      rig.put('console.log', bytes)
      const { text } = await get(rig.port, `${LIVE}/lines?from=${from}&count=10`)
      const got: Lines = JSON.parse(text)
      const all = naiveLines(bytes)
      expect(got).toMatchObject({ from, lines: all.length, bytes: bytes.length, grows: false })
      const texts = got.shown.map(({ s }) => (typeof s === 'string' ? s : s.map(([part]) => part).join('')))
      expect(texts).toEqual(all.slice(from - 1, from + 9).map(stripAnsi))
    }),
    { numRuns: 100 },
  )
})

test('an answer has 2,000 lines at most, and about a megabyte', async () => {
  const rig = await rigOf()
  rig.put('console.log', 'x\n'.repeat(5_000))
  const many: Lines = JSON.parse((await get(rig.port, `${LIVE}/lines?from=2&count=4000`)).text)
  expect(many.shown).toHaveLength(2_000)
  rig.put('output.log', `${'y'.repeat(8_000)}\n`.repeat(2_000))
  const { body } = await get(rig.port, '/live/log/T12/output.log/lines?from=1&count=2000')
  expect(body.length).toBeGreaterThan(1_000_000)
  expect(body.length).toBeLessThan(1_200_000)
})

test('what is found by a request is what stands in the log', async () => {
  const rig = await rigOf()
  await fc.assert(
    fc.asyncProperty(
      consoleBytes,
      fc.constantFrom('panic', 'ö', '%', '&from=9', '€', '+'),
      async (bytes, words) => {
        rig.put('console.log', bytes)
        const { text } = await get(rig.port, `${LIVE}/find?q=${encodeURIComponent(words)}`)
        const hits = naiveHits(bytes, words)
        expect(JSON.parse(text)).toEqual({ hits, total: hits.length, next: null })
      },
    ),
    { numRuns: 100 },
  )
})

test.for([
  ['/live/log/T12/console.log/lines?from=0', 400, 'input'],
  ['/live/log/T12/console.log/lines?from=-1', 400, 'input'],
  ['/live/log/T12/console.log/lines?count=1e3', 400, 'input'],
  ['/live/log/T12/console.log/find', 400, 'input'],
  ['/live/log/T12/console.log/find?q=', 400, 'input'],
  ['/live/log/T12/console-2.log/lines', 404, 'not-found'],
  ['/live/log/T12/results.xml/lines', 404, 'not-found'],
  ['/live/log/T12/..%2f..%2fetc%2fpasswd/lines', 404, 'not-found'],
  ['/live/log/T13/console.log/events', 404, 'not-found'],
  ['/artifacts/T12/console-7.log', 404, 'not-found'],
] as const)('%s answers %i with what to do', async ([path, status, code]) => {
  const rig = await rigOf({ state: 'passed' })
  rig.put('console.log', 'x\n')
  const answer = await get(rig.port, path, { accept: 'application/json' })
  expect(answer.status).toBe(status)
  expect(JSON.parse(answer.text)).toMatchObject({ code, hint: expect.any(String) })
})

test('a line behind the last is none, and of a line asked for a page begins there', async () => {
  const rig = await rigOf({ state: 'passed' })
  rig.put('console.log', 'one\ntwo\n')
  const behind: Lines = JSON.parse((await get(rig.port, `${LIVE}/lines?from=99`)).text)
  expect(behind).toMatchObject({ lines: 2, shown: [] })
  const page = await get(rig.port, '/artifacts/T12/console.log?from=2')
  expect(page.text).not.toContain('id="L1"')
  expect(page.text).toContain('id="L2" href="#L2">2</a>')
})

test('who follows a log is told what it has at once, what comes, how the test ends, and then nothing more', async () => {
  const rig = await rigOf({ state: 'running' })
  const response = await open(rig.port, `${LIVE}/events`)
  expect(response.statusCode).toBe(200)
  let heard = ''
  response.on('data', bytes => {
    heard += String(bytes)
  })
  const ended = new Promise(resolve => response.once('end', resolve))
  await until(
    () => heard.includes('"lines":0,"whole":0,"bytes":0,"grows":true,"word":"running"'),
    'nothing yet',
  )
  rig.append('console.log', 'one\ntwo\nlogin: ')
  await until(() => heard.includes('"lines":3,"whole":2,"bytes":15'), 'two lines and a prompt')
  rig.be({ state: 'passed' })
  await until(() => heard.includes('"word":"passed","tone":"ok","later":null,"isOver":false'), 'the state')
  rig.seal('console.log')
  await ended
  expect(heard).toContain('"grows":false,"word":"passed","tone":"ok","later":null,"isOver":true')
  expect(rig.open).toBe(0)
})

test('a crowd of searches is told to come again, and what is begun is finished', async () => {
  const rig = await rigOf()
  rig.put('console.log', 'panic\n')
  const go = Promise.withResolvers<void>()
  let begun = 0
  rig.beforeFind = async () => {
    begun++
    await go.promise
  }
  const asked = Array.from({ length: 8 }, () => get(rig.port, `${LIVE}/find?q=panic`))
  await until(() => begun === 8, 'eight search')
  const ninth = await get(rig.port, `${LIVE}/find?q=panic`)
  expect([ninth.status, ninth.headers['retry-after']]).toEqual([503, '1'])
  // A page without scripts searches, too; its lines are there all the same.
  const page = await get(rig.port, '/artifacts/T12/console.log?q=panic')
  expect([page.status, page.text.includes('8 searches of logs are under way.')]).toEqual([200, true])
  expect(page.text).toContain('id="L1"')
  go.resolve()
  for (const answer of await Promise.all(asked)) expect(JSON.parse(answer.text).hits).toEqual([1])
  expect((await get(rig.port, `${LIVE}/find?q=panic`)).status).toBe(200)
})

test('who follows the log of an attempt is told of the one after it', async () => {
  const rig = await rigOf({ state: 'running', attempts: [makeAttempt(), makeAttempt({ number: 2 })] })
  rig.put('console.log', 'one\n')
  rig.append('console-2.log', 'two\n')
  const first = await open(rig.port, `${LIVE}/events`)
  let heard = ''
  first.on('data', bytes => {
    heard += String(bytes)
  })
  await until(() => heard.includes('"later":"console-2.log","isOver":false'), 'the later log')
  first.destroy()
  const last = await open(rig.port, '/live/log/T12/console-2.log/events')
  let told = ''
  last.on('data', bytes => {
    told += String(bytes)
  })
  await until(() => told.includes('"later":null'), 'none is later')
  last.destroy()
  await until(() => rig.open === 0, 'both are closed')
})

test('a reader who leaves is not told any more', async () => {
  const rig = await rigOf({ state: 'running' })
  rig.append('console.log', 'one\n')
  const response = await open(rig.port, `${LIVE}/events`)
  await until(() => rig.open === 1, 'it is open')
  response.destroy()
  await until(() => rig.open === 0, 'it is closed')
})
