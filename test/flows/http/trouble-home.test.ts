import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from '../../until.ts'
import { letGo, running, WAITS } from '../gate.ts'
import { expectNoTrouble, type Office, openOffice } from '../slack/office.ts'
import { API_KEYS, type Ask, ask as askAt, KEYS, SECRET } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice({ env: { API_KEYS, JENKINS_WEBHOOK_SECRET: SECRET } })
})
afterAll(() => office.close())

const SHELL = /--shell '(.*)'$/.exec(WAITS)?.[1] ?? ''

function ask(path: string, options: Ask = {}) {
  const { port } = new URL(office.world.app.address)
  return askAt(Number(port), path, { key: KEYS.mei, ...options })
}

function idIn(json: unknown, name: 'run' | 'lease'): string {
  return (json as Record<string, { id: string }>)[name]?.id ?? ''
}

const nothingIsOwed = () => until(() => office.world.lab.owed.items().length === 0, 'nothing is owed')

test('what a program submits has one live card in the home channel, is told there once, and mentions nobody of Slack', async () => {
  const { slack, world } = office
  const lab = slack.channel('lab')
  // The key is called as somebody is in Slack; they are not the same.
  slack.person('mei')
  const body = { family: 'socA', board: 'soc-a-001', shell: SHELL }
  const headers = { 'idempotency-key': 'one' }
  const id = idIn((await ask('/api/v1/tests', { body, headers })).json, 'run')
  await running(world, id)
  const card = await lab.waitsFor(new RegExp(`${id} · echo waiting.* · running`))
  const again = await ask('/api/v1/tests', { body, headers })
  expect([idIn(again.json, 'run'), again.headers['idempotent-replay']]).toEqual([id, 'true'])

  letGo(world.board('soc-a-001'))
  await until(() => /passed/.test(card.text) && lab.replies(card).length > 0, 'it is told', 30_000)
  await nothingIsOwed()
  expect(lab.replies(card).map(each => each.text)).toEqual([expect.stringMatching(`${id} passed`)])
  expect(lab.messages().filter(({ thread }) => thread === null)).toHaveLength(1)
  expect(JSON.stringify(slack.calls('chat.postMessage'))).not.toContain('<@')
  expect(slack.person('mei').direct.messages()).toEqual([])
  expectNoTrouble(office)
})

test('so has what Jenkins and the remote command line submit', async () => {
  const { slack, world } = office
  const lab = slack.channel('lab')
  const before = lab.messages().filter(({ thread }) => thread === null).length
  const line = await ask('/api/v1/line', { body: { line: 'run-test socA --shell "echo by a line"' } })
  expect(line.json).toMatchObject({ kind: 'done' })
  const headers = { 'x-boardroom-secret': SECRET, 'x-boardroom-delivery': 'one' }
  const body = { family: 'socA', shell: 'echo by Jenkins' }
  for (const status of [201, 200])
    expect((await ask('/webhooks/jenkins', { headers, body })).status).toBe(status)
  for (const text of [/echo by a line.* · passed/, /echo by Jenkins.* · passed/]) {
    const card = await lab.waitsFor(text)
    await until(() => lab.replies(card).length === 1, 'it is told', 30_000)
  }
  await nothingIsOwed()
  expect(lab.messages().filter(({ thread }) => thread === null)).toHaveLength(before + 2)
  await until(() => Object.keys(world.lab.state().runs).length === 0, 'both are in history')
  expectNoTrouble(office)
})

test("a key's lease is told to nobody in Slack, whatever becomes of it, and nothing of it waits to be told", async () => {
  const { slack, world } = office
  const calls = slack.calls().length
  const lend = (target: string, key: string) => ask('/api/v1/lease', { key, body: { target } })
  const mine = idIn((await lend('soc-b-001', KEYS.mei)).json, 'lease')
  await world.ended(`lease/${mine}`)
  const theirs = await lend('soc-b-001', KEYS.kai)
  const next = idIn(theirs.json, 'lease')
  expect(theirs.json).toMatchObject({ lease: { state: 'waiting' } })
  // Given back, it goes to who waits for it; an operator takes that one away.
  expect((await ask(`/api/v1/lease/${mine}`, { method: 'DELETE' })).status).toBe(200)
  await until(() => world.lab.lease(next)?.state === 'active', 'it is handed on', 30_000)
  const taken = await ask(`/api/v1/lease/${next}`, {
    method: 'DELETE',
    key: KEYS.ops,
    body: { confirm: true },
  })
  expect(taken.status).toBe(200)
  await nothingIsOwed()
  await until(() => Object.keys(world.lab.state().leases).length === 0, 'it has left the live state')
  const since = slack.calls().slice(calls)
  expect(since.filter(({ method }) => /postMessage|conversations\.open/.test(method))).toEqual([])
  expectNoTrouble(office)
})
