import { expect, onTestFinished, test } from 'vitest'
import { type Disk, type DiskFile, realDisk } from '../../../src/storage/disk.ts'
import { until } from '../../until.ts'
import { ownPorts } from '../inventory.ts'
import { startWorld } from '../world.ts'
import { type Answer, API_KEYS, ask, KEYS, type Office, openOffice, SECRET, signed } from './office.ts'

const RAW = { 'content-type': 'application/octet-stream' }
const HELLO = '#!/bin/sh\necho hello\n'

/** What writes: each as a program sends it, with the key under which it can be sent again. */
const WRITES: readonly ((ask: Office['ask']) => Promise<Answer>)[] = [
  ask => ask('/api/v1/tests', { key: KEYS.mei, body: { family: 'socA', shell: 'echo api' } }),
  ask =>
    ask('/api/v1/tests', {
      ...{ key: KEYS.mei, headers: { 'idempotency-key': 'once' } },
      body: { family: 'socA', shell: 'echo keyed' },
    }),
  ask => ask('/api/v1/tests?family=socA&name=hello', { key: KEYS.mei, headers: RAW, body: HELLO }),
  ask => ask('/api/v1/line', { key: KEYS.mei, body: { line: 'run-test socA --shell "echo line"' } }),
  ask => {
    const body = JSON.stringify({ family: 'socA', shell: 'echo hook', delivery: 'once' })
    return ask('/webhooks/jenkins', { method: 'POST', body, headers: signed(body) })
  },
  ask => ask('/api/v1/lease', { key: KEYS.kai, body: { target: 'socB' } }),
]

/** Those that are sent again under their key. */
const KEYED = [1, 4]

/** Which of them an answer says is safe: `T4`, `L1`. */
function promised({ status, text }: Answer): string | null {
  if (status !== 200 && status !== 201) return null
  return /"(?:test|id)":"([TL]\d+)"/.exec(text)?.[1] ?? null
}

test('P27 nothing is acknowledged before the journal is on the disk, whoever asked for it and by whichever way', async () => {
  let held: PromiseWithResolvers<void> | null = null
  let waiting = 0
  const slow = (path: string, file: DiskFile): DiskFile => ({
    ...file,
    async sync() {
      if (path.includes('/journal/') && held !== null) {
        waiting++
        await held.promise
      }
      await file.sync()
    },
  })
  const disk: Disk = { ...realDisk, open: async path => slow(path, await realDisk.open(path)) }
  const office = await openOffice({ env: { API_KEYS, JENKINS_WEBHOOK_SECRET: SECRET }, disk })
  onTestFinished(() => office.close())
  for (const [at, write] of WRITES.entries()) {
    held = Promise.withResolvers()
    waiting = 0
    let answer: Answer | null = null
    const answered = write(office.ask).then(each => {
      answer = each
    })
    await until(() => waiting > 0, `write ${at} is on its way to the disk`)
    // Whatever could be answered has had the time for it.
    for (let n = 0; n < 10; n++)
      expect((await office.ask('/api/v1/queue', { key: KEYS.mei })).status).toBe(200)
    expect([at, answer]).toEqual([at, null])
    held.resolve()
    held = null
    await answered
    expect([at, promised(answer as unknown as Answer)]).toEqual([
      at,
      expect.stringMatching(/^[TL]\d+$/) as string,
    ])
  }
})

test('P27 a bot that is killed the moment that it has answered has lost nothing, and does nothing twice', async () => {
  const { host } = ownPorts([])
  const world = await startWorld({ app: false })
  onTestFinished(() => world.close())
  const env = { HOST: host, PORT: '8080', API_KEYS, JENKINS_WEBHOOK_SECRET: SECRET, CHAT: 'terminal' }
  const send: Office['ask'] = (path, options) => ask(8080, path, { ...options, host })
  const isUp = (): Promise<boolean> =>
    send('/api/v1/health').then(
      ({ status }) => status === 200,
      () => false,
    )
  /** What each of them was promised, in whichever life. */
  const safe = WRITES.map(() => new Set<string>())
  for (let life = 0; life < 3; life++) {
    const bot = world.startBot(['start'], { env })
    await until(isUp, 'the bot is up', 20_000)
    // One more answer each time before the end.
    let left = 2 * life + 1
    const all = WRITES.map(async (write, at) => {
      const id = promised(await write(send))
      if (id !== null) safe[at]?.add(id)
      if (--left === 0) bot.signal('SIGKILL')
    })
    await Promise.allSettled(all)
    await bot.gone()
  }
  const bot = world.startBot(['start'], { env })
  await until(isUp, 'the bot is up', 20_000)
  const { text: leases } = await send('/api/v1/leases', { key: KEYS.ada })
  for (const [at, ids] of safe.entries()) {
    // The same request is the same test, in whichever life it was answered.
    if (KEYED.includes(at)) expect([at, ids.size < 2]).toEqual([at, true])
    for (const id of ids) {
      const test = id.startsWith('T') ? await send(`/api/v1/tests/${id}/status`, { key: KEYS.ada }) : null
      expect([id, (test?.text ?? leases).includes(`"${id}"`)]).toEqual([id, true])
    }
  }
  expect(safe.flatMap(ids => [...ids]).length).toBeGreaterThan(3)
  await bot.close()
})
