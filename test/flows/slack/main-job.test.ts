import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { letGo, running, WAITS } from '../gate.ts'
import { expectNoTrouble, HELLO, type Office, openOffice, repliesTo } from './office.ts'

const PROOF = [
  'Unable to handle kernel NULL pointer dereference at virtual address 0000000000000008',
  'Internal error: Oops: 0000000096000005 [#1] PREEMPT SMP',
  'pc : dwmac_rx+0x1d4/0x5a0',
  'lr : napi_poll+0x3c/0x1f0',
]

let office: Office
beforeAll(async () => {
  office = await openOffice({ boards: [{ id: 'soc-a-001', family: 'socA', like: { afterPanic: 'reboot' } }] })
})
afterAll(() => office.close())

describe('a test in Slack', { timeout: 30_000 }, () => {
  it('by slash command: one card, edited to its end, and one reply in its thread that calls the submitter', async () => {
    const { slack } = office
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    await mei.slash('/run-test', 'socA --shell "echo hello"', lab)
    const card = await lab.waitsFor(/T1 · .* · passed/)
    await lab.waitsFor(/@mei T1 passed/)
    expect(card.text.split('\n')).toEqual([
      'T1 · echo hello on soc-a-001 · passed',
      expect.stringMatching(/^@mei · \S+( ms)?$/),
      'hello',
      'exit status 0 · board released · log (7 B) · console.log',
      '[Run again] [Log]',
    ])
    expect(repliesTo(office, card)).toEqual([
      [expect.stringMatching(/^@mei T1 passed on soc-a-001 after .+: echo hello\. Log$/), 'hello'],
    ])
    expect(lab.messages()).toHaveLength(2)
    expect(mei.notices.filter(({ text }) => text.includes('passed'))).toHaveLength(1)
  })

  it('by a mention with a file; in a thread its card and its end stay in that thread', async () => {
    const { slack } = office
    const [li, lab] = [slack.person('li'), slack.channel('lab')]
    const said = li.say(lab, '@boardroom run-test socA hello -- world', { files: [HELLO] })
    const card = await lab.waitsFor(/T2 · hello .* · passed\n[\s\S]*hello, world/)
    await lab.waitsFor(/@li T2 passed/)
    expect(card.thread).toBeNull()

    li.say(lab, '@boardroom run-test socA hello -- thread', { files: [HELLO], thread: said })
    const inside = await lab.waitsFor(/T3 · hello .* · passed\n[\s\S]*hello, thread/)
    const told = await lab.waitsFor(/@li T3 passed/)
    expect([inside.thread, told.thread]).toEqual([said.ts, said.ts])
  })

  it('by direct message: its card is in the home channel, and the asker is told where', async () => {
    const { slack } = office
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    mei.tell('run-test socA hello -- you', { files: [HELLO] })
    const card = await lab.waitsFor(/T4 · hello .* · passed/)
    const link = await mei.direct.waitsFor(/Its card, in the home channel/)
    expect(link.text).toMatch(/^T4 · hello on \S+ · \w+/)
    expect(link.short).toContain(card.ts.replace('.', ''))
    await lab.waitsFor(/@mei T4 passed/)
    expect(repliesTo(office, card)).toHaveLength(1)
  })

  it('that fails says what it ended with; somebody else runs it again by its button, and is the one who is told', async () => {
    const { slack } = office
    const [mei, li, lab] = [slack.person('mei'), slack.person('li'), slack.channel('lab')]
    await mei.slash('/run-test', 'socA --shell "echo one; exit 3"', lab)
    const card = await lab.waitsFor(/T5 · .* · failed/)
    await lab.waitsFor(/@mei T5 failed/)
    expect(card.text).toContain('T5 · echo one; exit 3 on soc-a-001 · failed: exit status 3\n')
    expect(card.text).toContain('\none\nexit status 3 · board released · log (5 B) · console.log\n')
    const [told = []] = repliesTo(office, card)
    expect(told).toEqual([
      expect.stringMatching(/^@mei T5 failed after .+: exit status 3\. Log$/),
      'one',
      '[Run again]',
    ])
    expect(lab.replies(card)[0]?.short).toMatch(/Log: http:\/\/\S+\/artifacts\/T5\/output\.log$/)

    await li.click('Run again', { in: card })
    const again = await lab.waitsFor(/T6 · .* · failed/)
    await lab.waitsFor(/@li T6 failed/)
    expect([again.thread, repliesTo(office, again).length]).toEqual([null, 1])
    expect(card.text).toContain('T5 ·')
  })

  it('that dies of a kernel panic shows the lines that prove it, and its reply leads to them', async () => {
    const { slack, world } = office
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    await mei.slash('/run-test', `socA ${WAITS}`, lab)
    await running(world, 'T7')
    world.board('soc-a-001').inject(PROOF.join('\n'))
    world.board('soc-a-001').panic()
    const card = await lab.waitsFor(/T7 · .* · failed: kernel panic/, 20_000)
    await lab.waitsFor(/@mei T7 failed/)
    for (const line of PROOF.slice(2)) expect(card.text).toContain(line)
    expect(card.labels).toContain('Trace')
    const [told] = lab.replies(card)
    expect(told?.text).toMatch(/^@mei T7 failed after .+: kernel panic: .+ Log\n/)
    expect(told?.short).toMatch(/\/artifacts\/T7\/console\.log#L\d+$/)
    await mei.click('Trace', { in: card })
    expect(await mei.waitsFor(lab, /\(only you\).*T7 · console log/)).toContain('[Post here]')
  })

  it('is followed by somebody else in their direct messages, who is told there, once; its owner not twice', async () => {
    const { slack, world } = office
    const [mei, li, lab] = [slack.person('mei'), slack.person('li'), slack.channel('lab')]
    await mei.slash('/run-test', `socA ${WAITS}`, lab)
    await running(world, 'T8')
    for (const each of [li, mei]) {
      await each.slash('/lab', 'tests follow T8', lab)
      await each.direct.waitsFor(/T8 · .* · running/)
      await each.waitsFor(
        lab,
        /\(only you\) boardroom: You follow it in our direct messages, to its end: T8 ·/,
      )
    }
    letGo(world.board('soc-a-001'))
    await lab.waitsFor(/@mei T8 passed/)
    const told = await li.direct.waitsFor(/@li @mei: T8 passed/)
    expect(li.direct.messages().find(({ ts }) => ts === told.thread)?.text).toMatch(/T8 · .* · passed/)
    await mei.direct.waitsFor(/T8 · .* · passed/)
    expect(mei.notices.filter(({ text }) => text.includes('T8 passed'))).toHaveLength(1)
    expect(li.notices.filter(({ text }) => text.includes('T8 passed'))).toHaveLength(1)
  })

  it('and all of it was what Slack takes, and without a fault of ours', () => expectNoTrouble(office))
})
