import { access } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { expectNoLeak, watchServer } from '../../http/leaks.ts'
import { until } from '../../until.ts'
import { startWorld } from '../world.ts'
import { cutOff } from './openapi-cuts.ts'
import { type Call, callsOf, type Document } from './openapi-document.ts'
import { KINDS, requestFor } from './openapi-requests.ts'
import { createSender, type Sent } from './openapi-send.ts'

/** A key's calls in a minute are counted. */
const KEYS = Array.from({ length: 24 }, (_, n) => `a-key-of-caller-number-${n}`)
const API_KEYS = KEYS.map((key, n) => `caller-${n}:operator:${key}`).join(',')
const KNOWN = {
  'run id': ['T1', 'T2', 'T9'],
  'lease id': ['L1', 'L9'],
  board: ['soc-a-001', 'soc-b-001'],
  family: ['socA', 'socB'],
  topic: ['run/T2', 'queue'],
  kind: ['run', 'board'],
  shell: ['true'],
}
const LARGE = { running: 'T2', ended: 'T1', file: 'hello' }
/** Rounds begin with what is compiled and cached at the first of each request. */
const BAND = { warmUp: 3, rounds: 5, bytes: 3 * 1024 * 1024 }

/** What makes records that are kept, or switches boards, has more to hold afterwards. */
function leavesNothing({ method, operation }: Call): boolean {
  const makes = operation.responses['201'] !== undefined || operation.responses['202'] !== undefined
  return (
    method === 'GET' ||
    (!makes && /^(?:boardsHealth|alertsAck|queueMove|testsRerun)$/.test(operation.operationId))
  )
}

/** The same requests whenever it is asked: what differs from round to round must not be what is asked. */
function requestsOf(document: Document): readonly Sent[] {
  const calls = callsOf(document).filter(leavesNothing)
  const all = calls.flatMap(call => KINDS.map(kind => requestFor(kind, call, KNOWN)))
  return all.flatMap((one, n) => fc.sample(one, { numRuns: 3, seed: n + 1 }))
}

test('requests of every kind, cut connections, half uploads and readers that leave: all is as it was (I3, 9)', async () => {
  const server = await watchServer(join(import.meta.dirname, 'watched-lab.ts'), [API_KEYS])
  onTestFinished(server.close)
  const document = (await (
    await fetch(`http://127.0.0.1:${server.port}/api/v1/openapi.json`)
  ).json()) as Document
  const requests = requestsOf(document)
  expect(requests.length).toBeGreaterThan(200)
  let asked = 0
  let round = 0
  const all = await expectNoLeak(
    server,
    async () => {
      const from = `127.0.1.${++round}`
      const sender = createSender(() => server.port, from)
      const [statuses] = await Promise.all([
        Promise.all(
          requests.map(sent => {
            const key = KEYS[asked++ % KEYS.length] ?? ''
            return sender.send({ ...sent, headers: { Authorization: `Bearer ${key}`, ...sent.headers } })
          }),
        ),
        cutOff({ port: server.port, keys: KEYS, from, ...LARGE }),
      ])
      sender.close()
      expect(statuses.filter(({ status }) => status < 300).length).toBeGreaterThan(requests.length / 4)
      expect(statuses.map(({ status }) => status)).not.toContain(429)
    },
    BAND,
  )
  expect(all.at(-1)?.handles).toMatchObject({ staged: 0 })
})

test('a file whose readers left in the middle is held by nobody: retention takes it from the disk (M7.3)', async () => {
  // One such file it may keep, and not two.
  const env = { CHAT: 'terminal', CONSOLE_PORT: 'off', API_KEYS, MAX_DISK_USAGE_GB: '0.005' }
  const world = await startWorld({ env })
  onTestFinished(world.close)
  await Promise.all(['soc-b-001', 'soc-b-002'].map(board => world.start(`lease ${board} 24h`)))
  await world.program('hello', `#!/bin/sh\nexit 0\n${'# long\n'.repeat(500_000)}`)
  const ended = await world.start('run-test socB ./hello')
  const running = await world.start('run-test socA --shell "echo one; sleep 600"')
  await world.type(`queue cancel ${ended}`)
  const file = join(world.dataDir, 'artifacts', ended, 'files', 'hello')
  const port = Number(new URL(world.app.address).port)
  await access(file)
  await cutOff({ port, keys: KEYS, running, ended, file: 'hello' })
  await world.type(`queue cancel ${await world.start('run-test socB ./hello')}`)
  await until(async () => {
    await world.lab.retain()
    return await access(file).then(
      () => false,
      () => true,
    )
  }, 'it is gone from the disk')
  expect(world.errors).toEqual([])
})
