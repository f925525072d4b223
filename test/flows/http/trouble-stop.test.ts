import { expect, onTestFinished, test } from 'vitest'
import { startJenkins } from '../../jenkins/server.ts'
import { until } from '../../until.ts'
import type { Bot } from '../bot.ts'
import { letGo, WAITS } from '../gate.ts'
import { ownPorts } from '../inventory.ts'
import { startWorld } from '../world.ts'
import { ask, dial, SECRET } from './office.ts'

const PORT = '8080'
const SHELL = /--shell '(.*)'$/.exec(WAITS)?.[1] ?? ''
const MIB = 1024 * 1024
const BIG = 48 * MIB
/** What is told, stored, and ended on boards has its own limits, and so has what is open here: the sum of them all. */
const STOPS_WITHIN_MS = 30_000

test('SIGTERM while all kinds of requests are under way: each is finished or ends honestly, in time, and all goes on after it', async () => {
  const { host } = ownPorts([])
  const jenkins = await startJenkins(SECRET)
  onTestFinished(() => jenkins.close())
  const world = await startWorld({
    app: false,
    settings: { http: { callbacks: [`${jenkins.url}callback`], networks: ['127.0.0.0/8'] } },
  })
  onTestFinished(() => world.close())
  const send = (path: string, options: Parameters<typeof ask>[2] = {}) =>
    ask(Number(PORT), path, { ...options, host })
  const begin = async (): Promise<Bot> => {
    const env = { CHAT: 'terminal', HOST: host, PORT, JENKINS_WEBHOOK_SECRET: SECRET }
    const bot = world.startBot(['start'], { env })
    const isUp = () =>
      send('/api/v1/health').then(
        ({ status }) => status === 200,
        () => false,
      )
    await until(isUp, 'the bot is up', 20_000)
    return bot
  }
  const stateOf = async (id: string): Promise<unknown> =>
    ((await send(`/api/v1/tests/${id}/status`)).json as { run?: { state: string } }).run?.state

  const bot = await begin()
  const raw = { 'content-type': 'application/octet-stream' }
  // What is behind the end of a shell's program is read by nobody.
  const program = Buffer.alloc(BIG, '#')
  program.write('#!/bin/sh\nexit 0\n')
  await send('/api/v1/tests?family=socA&name=big', { headers: raw, body: program })
  await send('/api/v1/tests/T1/status?wait=40')
  expect(await stateOf('T1')).toBe('passed')

  // A result that its receiver never takes, and a test that goes on until it is let go.
  jenkins.next('hang')
  const callback = `${jenkins.url}callback`
  const hook = { 'x-boardroom-secret': SECRET }
  await send('/webhooks/jenkins', {
    headers: hook,
    body: { family: 'socA', shell: 'true', delivery: 'one', callback },
  })
  await until(() => jenkins.received.length === 1, 'the result is being posted', 30_000)
  const address = `http://${host}:${PORT}`
  const laptop = world.startBot([
    '--server',
    address,
    'run-test',
    'socB',
    '--board',
    'soc-b-001',
    '--shell',
    SHELL,
  ])
  await until(async () => (await stateOf('T3')) === 'running', 'T3 runs', 30_000)
  await until(async () => (await send('/api/v1/tests/T3/log')).text.includes('waiting'), 'it prints', 30_000)

  const get = async (path: string, headers = '') => {
    const line = await dial(Number(PORT), undefined, host)
    line.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\n${headers}\r\n`)
    return line
  }
  const waiting = send('/api/v1/tests/T3/status?wait=60')
  const events = await get('/api/v1/tests/T3/events')
  const topics = await get('/api/v1/events?topic=queue')
  const followed = await get('/api/v1/tests/T3/log?follow=1')
  const download = await get('/artifacts/T1/big?raw')
  await until(() => download.seen().length > 1_000, 'the download has begun')
  download.socket.pause()
  const upload = await dial(Number(PORT), undefined, host)
  const head = `Host: ${host}\r\nContent-Type: application/octet-stream\r\nContent-Length: ${MIB}\r\n`
  upload.write(`POST /api/v1/tests?family=socA&name=late HTTP/1.1\r\n${head}\r\n${'x'.repeat(MIB / 2)}`)
  const stuck = await dial(Number(PORT), undefined, host)
  stuck.write(`POST /api/v1/tests?family=socA&name=stuck HTTP/1.1\r\n${head}\r\nxyz`)
  await until(() => [events, topics].every(line => /event: /.test(line.seen())), 'the readers hear')
  await until(() => followed.seen().includes('waiting'), 'the log is followed')

  bot.signal('SIGTERM')
  const from = Date.now()
  await until(async () => (await send('/api/v1/health')).status === 503, 'it is being stopped')
  upload.write('x'.repeat(MIB / 2))
  download.socket.resume()
  const ended = await bot.gone()
  expect([ended.code, Date.now() - from < STOPS_WITHIN_MS]).toEqual([0, true])

  // Whole, or with words; what was never whole is cut.
  expect(await download.rest().then(text => text.length > BIG)).toBe(true)
  const late = await upload.rest()
  expect(late).toMatch(/^HTTP\/1\.1 (503 [\s\S]*"code":"stopping"|201 [\s\S]*"id":"T4")/)
  expect(await stuck.rest()).toBe('')
  expect(await waiting).toMatchObject({ status: 200, json: { run: { id: 'T3' } } })
  for (const line of [events, topics]) {
    const text = await line.rest()
    // The last piece of a chunked answer: who reads comes again by itself.
    expect(text.endsWith('0\r\n\r\n')).toBe(true)
    expect(text).not.toContain('event: ended')
  }
  // A reader of plain text has no other way to see that this is not its end.
  expect((await followed.rest()).endsWith('0\r\n\r\n')).toBe(false)

  await laptop.saw('The connection was lost')
  const next = await begin()
  await until(async () => (await stateOf('T3')) === 'running', 'T3 runs again', 30_000)
  await until(() => jenkins.received.length === 2, 'the result is posted again', 30_000)
  expect(jenkins.received.map(({ delivery }) => delivery)).toEqual(['callback/T2', 'callback/T2'])
  await until(async () => (await send('/api/v1/tests/T3/log')).text.includes('waiting'), 'it prints', 30_000)
  // What was answered for is there.
  if (late.startsWith('HTTP/1.1 201')) expect(await stateOf('T4')).toMatch(/^[a-z]+$/)
  else expect(await stateOf('T4')).toBe(undefined)
  letGo(world.board('soc-b-001'))
  const end = await laptop.gone()
  expect([end.code, end.stderr]).toEqual([0, expect.stringContaining('Connected again.')])
  expect(end.stdout).toMatch(/T3 passed/)
  next.signal('SIGTERM')
  expect((await next.gone()).code).toBe(0)
})
