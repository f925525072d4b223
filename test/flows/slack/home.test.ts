import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../../until.ts'
import { running, WAITS } from '../gate.ts'
import { expectNoTrouble, type Office, openOffice } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice()
})
afterAll(() => office.close())

describe('the Home tab', { timeout: 30_000 }, () => {
  it('shows somebody what is theirs, what is free and where to begin, and follows what they do', async () => {
    const { slack, world } = office
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    mei.openHome()
    const first = await mei.waitsFor('home', /^Your lab · 4 of 4 boards usable/)
    for (const line of [
      'You hold no board.',
      'You have run no test lately.',
      'socB · 2 of 2 free',
      '0 waiting, 0 running',
    ])
      expect(first.split('\n')).toContain(line)
    await mei.slash('/lease', 'soc-b-001 1h', lab)
    await mei.slash('/run-test', `socA --board soc-a-001 ${WAITS}`, lab)
    await running(world, 'T1')
    const seen = await mei.waitsFor(
      'home',
      /L1 · soc-b-001 · yours until .* \(in 1 h\)[\s\S]*T1 · .* · running/,
    )
    expect(seen).toContain('\n[Extend 30 min] [Release] [Console]\n')
    expect(seen).toMatch(/T1 · .*\n\[Cancel\] \[Log\]\n/)
    expect(seen).toContain('socB · 1 of 2 free')
  })

  it('its buttons work: extend, release, log, cancel, run again; each says what came of it over the tab', async () => {
    const { slack } = office
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    await mei.click('Extend 30 min')
    await mei.waitsFor('modal', /L1 · soc-b-001 · yours until \d\d:\d\d \(1 h 30 min\)/)
    await mei.close()
    await mei.waitsFor('home', /L1 · .* \(in 1 h 30 min\)/)
    await mei.click('Release')
    await mei.waitsFor('modal', /L1 · soc-b-001 · released/)
    await mei.close()
    await mei.waitsFor('home', /You hold no board\./)

    await mei.click('Log')
    await mei.waitsFor('modal', /T1 · output of .*\n1 line\nwaiting\n/)
    await mei.close()
    await mei.click('Cancel')
    await mei.waitsFor('modal', /T1 · .* · being cancelled/)
    await mei.close()
    await lab.waitsFor(/@mei T1 was cancelled by @mei\./)
    await mei.waitsFor('home', /T1 · .* · cancelled \(\d+ s ago\)\n\[Log\] \[Run again\]/)
    expect(lab.messages().filter(({ thread }) => thread === null)).toHaveLength(2)
    expect(mei.direct.messages()).toEqual([])
  })

  it('begins a test by its form, and leases a board of a family, shown where all see it', async () => {
    const { slack } = office
    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    await mei.click('Run a test')
    await mei.waitsFor('modal', /Family: \[/)
    await mei.fill({ family: 'socB', shell: 'echo from home' })
    await mei.submit()
    const card = await lab.waitsFor(/T2 · echo from home on \S+ · passed/)
    const told = await lab.waitsFor(/@mei T2 passed/)
    expect(told.thread).toBe(card.ts)
    await mei.close()
    await mei.waitsFor('home', /T2 · echo from home on \S+ · passed/)
  })

  it('finds boards, tests and people by what is typed into it', async () => {
    const { slack } = office
    const mei = slack.person('mei')
    await mei.fill({ 'Find a board, a test, a person': 'soc-b\n' })
    const found = await mei.waitsFor('modal', /Find soc-b · \d+ found/)
    expect(found).toMatch(/board +soc-b-001 +socB, free +boards show soc-b-001/)
    await mei.click('Show soc-b-002')
    await mei.waitsFor('modal', /soc-b-002 · socB · free/)
    await until(() => mei.troubles.length === 0, 'Slack had no trouble')
  })

  it('and all of it was what Slack takes, and without a fault of ours', () => expectNoTrouble(office))
})
