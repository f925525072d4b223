import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../until.ts'
import { expectNoTrouble, type Office, openOffice } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice({ slack: { mode: 'http' } })
  office.slack.webhook.pointAt(`${office.world.app.address}/webhooks/slack`)
})
afterAll(() => office.close())

async function chatHealth(): Promise<Record<string, unknown>> {
  const health = await fetch(`${office.world.app.address}/api/v1/health`)
  return ((await health.json()) as { chat: Record<string, unknown> }).chat
}

const FORM = 'application/x-www-form-urlencoded'

function command(text: string): string {
  const { slack } = office
  return new URLSearchParams({
    ...{ command: '/run-test', text, user_id: slack.person('mei').id, user_name: 'mei' },
    ...{
      channel_id: slack.channel('lab').id,
      trigger_id: '1.2.3',
      response_url: `${slack.url}/response/none`,
    },
  }).toString()
}

describe('Slack over HTTP, at the one port of the bot', () => {
  it.each([[false], [true]])(
    'what Slack signed is heard and done, whether it says its charset (%s) or not',
    async charset => {
      const { slack } = office
      const lab = slack.channel('lab')
      slack.webhook.say(charset)
      const answer = await slack
        .person('mei')
        .slash('/run-test', `socA --shell "echo charset ${charset}"`, lab)
      expect(answer?.kind).toBe('ack')
      const card = await lab.waitsFor(new RegExp(`echo charset ${charset} on \\S+ · passed`))
      await until(() => lab.replies(card).length === 1, 'it is told')
      expect(await chatHealth()).toMatchObject({ platform: 'slack', up: true })
      expectNoTrouble(office)
    },
  )

  it('S4 forged, replayed, late and future requests are 401, do nothing, and health counts them (chat-platforms 6.18)', async () => {
    const { slack, world } = office
    const before = (await chatHealth())['refused']
    const body = command('socA --shell "echo forged"')
    const send = async (how: object): Promise<number> =>
      (await slack.webhook.send(body, { contentType: FORM, ...how })).status
    const good = `v0=${'0'.repeat(64)}`
    const statuses = [
      await send({ secret: 'another secret' }),
      await send({ aheadS: -301 }),
      await send({ aheadS: 301 }),
      await send({ aheadS: 86_400 }),
      await send({ signature: good }),
      await send({ signature: good.slice(0, -1) }),
      await send({ signature: '' }),
    ]
    expect(statuses).toEqual([401, 401, 401, 401, 401, 401, 401])

    const runs = async (): Promise<number> => (await world.lab.runs({})).length
    const known = await runs()
    expect(await send({})).toBe(200)
    await until(async () => (await runs()) === known + 1, 'what was signed is done')
    const [last] = slack.webhook.sent.slice(-1)
    expect(last === undefined ? 0 : (await slack.webhook.replay(last)).status).toBe(401)
    await slack.channel('lab').waitsFor(/echo forged on \S+ · passed/)
    expect(await runs()).toBe(known + 1)
    expect(await chatHealth()).toMatchObject({ up: true, refused: Number(before) + 8 })
    expectNoTrouble(office)
  })
})
