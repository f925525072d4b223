import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../until.ts'
import { letGo, running, WAITS } from '../gate.ts'
import { expectNoTrouble, type Office, openOffice, repliesTo } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice({ boards: [{ id: 'soc-a-001', family: 'socA' }] })
})
afterAll(() => office.close())

async function restarted(): Promise<void> {
  const { world, connected, slack } = office
  await world.stop()
  await until(() => slack.socket.connections === 0, 'the bot has gone')
  await world.open()
  await connected()
}

describe('after a restart of the bot', { timeout: 40_000 }, () => {
  it('its cards live on, and old buttons work or say that things moved on', async () => {
    const { slack, world } = office
    const [mei, li, lab] = [slack.person('mei'), slack.person('li'), slack.channel('lab')]
    await mei.slash('/run-test', 'socA --shell "echo first"', lab)
    const first = await lab.waitsFor(/T1 · .* · passed/)
    await lab.waitsFor(/@mei T1 passed/)
    await mei.slash('/run-test', `socA ${WAITS}`, lab)
    await running(world, 'T2')
    const second = await lab.waitsFor(/T2 · .* · running/)
    await li.slash('/run-test', 'socA --shell "echo third"', lab)
    const third = await lab.waitsFor(/T3 · .* · queued/)

    await restarted()
    await li.click('Move to high', { in: third })
    await until(() => third.text.includes('@li · high'), 'the old button moved it up')
    await running(world, 'T2')
    letGo(world.board('soc-a-001'))
    await until(() => / · passed/.test(second.text), 'its card was kept', 20_000)
    await lab.waitsFor(/@mei T2 passed/)
    await lab.waitsFor(/@li T3 passed/, 20_000)
    for (const card of [first, second, third]) expect(repliesTo(office, card)).toHaveLength(1)
    expect(lab.messages().filter(({ thread }) => thread === null)).toHaveLength(3)

    await mei.click('Run again', { in: first })
    await lab.waitsFor(/@mei T4 passed/)
  })

  it('and all of it was what Slack takes, and without a fault of ours', () => expectNoTrouble(office))
})
