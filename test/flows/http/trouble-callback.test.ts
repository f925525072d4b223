import { expect, onTestFinished, test } from 'vitest'
import { startJenkins } from '../../jenkins/server.ts'
import { until } from '../../until.ts'
import { createLeapingClock } from '../slack/leaping-clock.ts'
import { openOffice, SECRET } from './office.ts'

const MINUTE_MS = 60_000

test('M8.4 a receiver that is away for half an hour gets the result when it is back, once; meanwhile the test is known to everybody else', async () => {
  const clock = createLeapingClock()
  const jenkins = await startJenkins(SECRET)
  onTestFinished(() => jenkins.close())
  const office = await openOffice({
    clock,
    boards: [{ id: 'soc-a-001', family: 'socA' }],
    env: { JENKINS_WEBHOOK_SECRET: SECRET },
    settings: {
      // Boards keep to real time: none is looked after while half an hour of the bot's goes by in seconds.
      board_health: '7d',
      http: { callbacks: [`${jenkins.url}callback`], networks: ['127.0.0.0/8'] },
    },
  })
  onTestFinished(() => office.close())
  const { lab } = office.world
  jenkins.next(...Array<number>(100).fill(503))
  const headers = { 'x-boardroom-secret': SECRET }
  const order = { family: 'socA', shell: 'true', delivery: 'one', callback: `${jenkins.url}callback` }
  const { json } = await office.ask('/webhooks/jenkins', { headers, body: order })
  const { test: id } = json as { test: string }
  const owed = () => lab.owed.items().find(({ topic }) => topic === `callback/${id}`)
  await until(owed, 'its result is owed', 30_000)
  const began = clock.now()

  /** To the next try, and what comes of it. */
  const tryOnce = async (): Promise<void> => {
    const { attempts = 0, nextAt = 0 } = owed() ?? {}
    await clock.leap(Math.max(1, nextAt - clock.now() + 1))
    await until(() => owed()?.attempts !== attempts, 'it was tried')
  }
  await until(() => lab.state().runs[id] === undefined, 'the test is in history')
  while (clock.now() - began < 30 * MINUTE_MS) await tryOnce()
  const tries = jenkins.received.length
  expect(tries).toBeGreaterThan(8)
  // Back-off: it is not hammered.
  expect(tries).toBeLessThan(20)
  expect(await office.ask(`/api/v1/tests/${id}/status?wait=60`)).toMatchObject({
    status: 200,
    json: { run: { state: 'passed' } },
  })
  expect((await office.ask(`/artifacts/${id}`)).status).toBe(200)
  const again = await office.ask('/webhooks/jenkins', { headers, body: order })
  expect(again).toMatchObject({ status: 200, json: { test: id, duplicate: true } })

  jenkins.forget()
  await tryOnce()
  expect(owed()).toBe(undefined)
  const taken = jenkins.received.filter(({ answered }) => answered === 200)
  expect(taken).toMatchObject([{ delivery: `callback/${id}`, isSigned: true, body: { state: 'passed' } }])
  await clock.leap(10 * MINUTE_MS)
  expect(jenkins.received).toHaveLength(tries + 1)
  expect(office.world.errors).toEqual([])
})
