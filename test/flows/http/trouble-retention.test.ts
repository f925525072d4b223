import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '../../until.ts'
import { openOffice } from './office.ts'

const MIB = 1024 * 1024
/** More than what two ends of a connection on loopback hold for a reader that does not read. */
const BIG = 24 * MIB
const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }
const WHY =
  /^T1's (files|results) were removed on \d{4}-\d\d-\d\d: the store is over 0 GB, and these were the oldest/

test('M7.3 M7.4 retention takes files while they are sent: who reads gets every byte, who comes later reads when and why, wherever it is asked', async () => {
  const office = await openOffice({
    boards: [{ id: 'soc-a-001', family: 'socA' }],
    env: { MAX_DISK_USAGE_GB: '0.03' },
  })
  onTestFinished(() => office.close())
  const { world, ask } = office
  const raw = { 'content-type': 'application/octet-stream' }
  // Packed on its way to the board: it is there soon.
  const body = Buffer.alloc(BIG, '#')
  body.write('#!/bin/sh\nexit 0\n')
  for (const id of ['T1', 'T2']) {
    await ask('/api/v1/tests?family=socA&name=hello', { headers: raw, body })
    expect((await world.finished(id, 40_000)).state).toBe('passed')
    await until(() => world.lab.state().runs[id] === undefined, `${id} is in history`)
  }
  const reader = await office.dial()
  reader.socket.once('data', () => reader.socket.pause())
  reader.write('GET /artifacts/T1/hello?raw HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n')
  const owner = join(world.dataDir, 'artifacts')
  await until(() => reader.seen() !== '', 'it is being sent')
  await world.lab.retain()

  for (const [path, headers] of [
    ['/artifacts/T1', {}],
    ['/artifacts/T1', HTML],
    ['/artifacts/T1/hello', {}],
    ['/artifacts/T1/console.log', HTML],
    ['/api/v1/tests/T1/junit', {}],
    ['/live/run/T1', {}],
  ] as const) {
    const { status, text } = await ask(path, { headers })
    expect([path, status, text]).toEqual([path, 404, expect.stringContaining('were removed on')])
    expect(text).toContain('these were the oldest')
  }
  // Its record outlives its files, and says so.
  const status = await ask('/api/v1/tests/T1/status')
  expect(status).toMatchObject({ status: 200, json: { run: { state: 'passed' } } })
  const log = await ask('/api/v1/tests/T1/log')
  expect([log.status, log.text]).toEqual([404, expect.stringContaining('removed')])
  expect((log.json as { detail: string }).detail).toMatch(WHY)
  const typed = await world.bot(['--server', world.app.address, 'tests', 'log', 'T1'])
  expect([typed.code, typed.stdout + typed.stderr]).toEqual([3, expect.stringContaining('removed on')])
  const rerun = await world.bot(['--server', world.app.address, 'run-test', 'socA', 'T1/hello'])
  expect([rerun.code, rerun.stdout + rerun.stderr]).toEqual([3, expect.stringContaining('removed on')])
  expect((await ask('/artifacts/T2/hello?raw')).status).toBe(200)

  reader.socket.resume()
  const sent = await reader.rest()
  expect(sent.slice(sent.indexOf('\r\n\r\n') + 4) === body.toString('latin1')).toBe(true)
  await until(
    async () => (await readdir(join(owner, '.trash')).catch(() => [])).length === 0,
    'the room is given back',
  )
  expect(world.errors).toEqual([])
})
