import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../until.ts'
import { letGo, running, WAITS } from '../gate.ts'
import { expectNoTrouble, type Office, openOffice, repliesTo } from './office.ts'

const BOARDS = ['soc-a-001', 'soc-a-002'] as const

let office: Office
beforeAll(async () => {
  office = await openOffice({ settings: { queue_limit: 2 } })
})
afterAll(() => office.close())

async function occupied(): Promise<void> {
  const { slack, world } = office
  for (const [at, board] of BOARDS.entries()) {
    await slack.person('mei').slash('/run-test', `socA --board ${board} ${WAITS}`, slack.channel('lab'))
    await running(world, `T${at + 1}`)
  }
}

describe('the queue in Slack', { timeout: 30_000 }, () => {
  it('tells whoever waits the place and why; only its owner or an admin moves or cancels it', async () => {
    await occupied()
    const { slack } = office
    const [li, kai, lab] = [slack.person('li'), slack.person('kai'), slack.channel('lab')]
    await li.slash('/run-test', 'socA --shell "echo mine"', lab)
    const card = await lab.waitsFor(/T3 · .* · queued/)
    expect(card.text.split('\n')).toEqual([
      'T3 · echo mine on socA · queued',
      '@li · normal',
      expect.stringMatching(/^Position 1 of 1 · /),
      'Why: 2 of 2 socA boards are busy (soc-a-001 by T1, soc-a-002 by T2).',
      '[Move to high] [Cancel] [Show queue]',
    ])
    await kai.click('Cancel', { in: card })
    await kai.waitsFor(
      lab,
      /\(only you\) boardroom: queue cancel T3 needs the role admin\.\n {2}Admins: @ada\. @li submitted it and can do it\.$/,
    )
    await li.click('Move to high', { in: card })
    await until(() => card.text.includes('@li · high'), 'it has moved up')
    await li.click('Show queue', { in: card })
    await li.waitsFor(
      lab,
      /\(only you\) boardroom: Queue · 1 waiting, 2 running\n[\s\S]*T3 \| high \| echo mine/,
    )
    expect(lab.messages()).toHaveLength(3)
  })

  it('that is full says so, and which line would do', async () => {
    const { slack } = office
    const [li, kai, lab] = [slack.person('li'), slack.person('kai'), slack.channel('lab')]
    await li.slash('/run-test', 'socA --shell "echo two"', lab)
    const waiting = await lab.waitsFor(/T4 · .* · queued/)
    expect(waiting.text).toContain('Position 2 of 2')
    await kai.slash('/run-test', 'socA --shell "echo three"', lab)
    const seen = await kai.waitsFor(lab, /the queue is full/)
    expect(seen).toContain('(only you) boardroom: Cannot queue T—: the queue is full (2 waiting, limit 2).\n')
    expect(seen).toContain("or run it on socB, which is free: run-test socB --shell 'echo three'")
    await li.click('Cancel', { in: waiting })
    await until(() => waiting.text.includes('T4 · echo two on socA · cancelled'), 'it is cancelled')
    await lab.waitsFor(/@li T4 was cancelled by @li\.\n/)
    expect(waiting.text.split('\n').slice(1)).toEqual([
      '@li',
      'Cancelled by @li before it started.',
      '[Run again]',
    ])
    expect(lab.messages().filter(({ text }) => text.includes('T4 ·'))).toHaveLength(1)
  })

  it('two who cancel a running test at once, one of them twice: it is cancelled once, told once, and the next one runs on a clean board', async () => {
    const { slack, world } = office
    const [mei, ada, lab] = [slack.person('mei'), slack.person('ada'), slack.channel('lab')]
    const card = lab.message(/T1 · /)
    await Promise.all([mei, ada, mei].map(each => each.click('Cancel', { in: card })))
    await lab.waitsFor(/T1 · .* · cancelled/)
    const told = await lab.waitsFor(/@mei T1 was cancelled/)
    const [, by = ''] = /cancelled by (@\w+)\./.exec(told.text) ?? []
    expect(card.text).toContain(`Cancelled by ${by}.`)
    expect(repliesTo(office, card)).toHaveLength(1)
    expect(card.labels).toEqual(['Run again', 'Run on another board', 'Log'])

    await lab.waitsFor(/@li T3 passed/)
    const look = 'ls /tmp | grep -v "${PWD##*/}"; ps ax | grep -c "[t]mp/go"; true'
    await mei.slash('/run-test', `socA --board soc-a-001 --shell '${look}'`, lab)
    expect((await lab.waitsFor(/T5 · .* · passed/)).text).toContain('\n0\n')
    letGo(world.board('soc-a-002'))
    await lab.waitsFor(/@mei T2 passed/)
  })

  it('a button that is pressed twice in a moment does it once, and says so; two people who press it get one each', async () => {
    const { slack, world } = office
    const [mei, li, lab] = [slack.person('mei'), slack.person('li'), slack.channel('lab')]
    const card = lab.message(/T3 · /)
    await Promise.all([mei, mei, li].map(each => each.click('Run again', { in: card })))
    await mei.waitsFor(
      lab,
      /\(only you\) boardroom: That button was pressed twice in a moment: it was done once\./,
    )
    for (const who of ['@mei', '@li']) await lab.waitsFor(new RegExp(`${who} T[67] passed`))
    expect(world.lab.state().counters.T).toBe(7)
  })

  it('and all of it was what Slack takes, and without a fault of ours', () => expectNoTrouble(office))
})
