import { expect, onTestFinished, test } from 'vitest'
import { createLabPort, makeAttempt, makeResult, makeRun } from '../../../commands/lab-port.ts'
import { until } from '../../../until.ts'
import { get, open, startRig } from '../../rig.ts'
import { startLogRig } from './rig.ts'

const HTML = { accept: 'text/html,*/*;q=0.8' }
const REFRESH = '<noscript><meta http-equiv="refresh"'

async function labWith(run: ReturnType<typeof makeRun>) {
  return await startRig({ lab: createLabPort({ run: async id => (id === run.id ? run : null) }) })
}

test('I2 the logs of a test that waits for a board have pages that wait with it', async () => {
  const { port } = await labWith(makeRun({ id: 'T12', state: 'queued' }))
  for (const file of ['console.log', 'output.log']) {
    const { status, text } = await get(port, `/artifacts/T12/${file}`, HTML)
    expect([file, status]).toEqual([file, 200])
    expect(text).toContain('>queued</p>')
    expect(text).toContain('Nothing was printed yet.')
    expect(text).toContain(REFRESH)
  }
})

test.for([
  ['/artifacts/T12/console-2.log', HTML],
  ['/artifacts/T12/results.xml', HTML],
  ['/artifacts/T12/console.log?raw', HTML],
  ['/artifacts/T12/console.log', { accept: '*/*' }],
] as const)('what is no page of a log to come, %s, is not there yet', async ([path, headers]) => {
  const { port } = await labWith(makeRun({ id: 'T12', state: 'running', attempts: [makeAttempt()] }))
  expect((await get(port, path, headers)).status).toBe(404)
})

test('a test that ended has no log to wait for', async () => {
  const { port } = await labWith(makeRun({ id: 'T12', state: 'cancelled' }))
  expect((await get(port, '/artifacts/T12/output.log', HTML)).status).toBe(404)
})

test('without scripts a log that grows is asked for again, but not from under a reader of its middle', async () => {
  const rig = await startLogRig({ state: 'running', attempts: [makeAttempt()] })
  onTestFinished(() => rig.close())
  rig.append('console.log', 'one\ntwo\n')
  const page = async (query: string) => (await get(rig.port, `/artifacts/T12/console.log${query}`, HTML)).text
  expect(await page('')).toContain(REFRESH)
  expect(await page('?from=1')).not.toContain(REFRESH)
  expect(await page('?q=two')).not.toContain(REFRESH)
  rig.be({ state: 'passed', result: makeResult() })
  rig.seal('console.log')
  expect(await page('')).not.toContain(REFRESH)
})

test('who waits for a log that never comes is told that its test has ended', async () => {
  const rig = await startLogRig({ state: 'queued', attempts: [] })
  onTestFinished(() => rig.close())
  const response = await open(rig.port, '/live/log/T12/output.log/events')
  let heard = ''
  response.on('data', bytes => {
    heard += String(bytes)
  })
  await until(() => heard.includes('"word":"queued"'), 'it waits')
  const ended = new Promise(resolve => response.once('end', resolve))
  rig.be({ state: 'cancelled' })
  await ended
  expect(heard).toContain('"lines":0,"whole":0,"bytes":0,"grows":false,"word":"cancelled"')
  expect(heard).toContain('"isOver":true')
})
