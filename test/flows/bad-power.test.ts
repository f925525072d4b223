import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../until.ts'
import { FOUR_BOARDS, PDU_A, PDU_B } from './inventory.ts'
import { startWorld, type World, wordsOf } from './world.ts'

/** One board by SNMP, one by HTTP. */
const BOARDS = [FOUR_BOARDS[0], FOUR_BOARDS[2]].filter(board => board !== undefined)

let world: World
beforeAll(async () => {
  world = await startWorld({ boards: BOARDS, settings: { power_confirm: '1s' } })
  await world.program('hello', '#!/bin/sh\necho hello\n')
})
afterAll(() => world.close())

const FAILURE = { class: 'infrastructure', cause: 'power', blame: 'site' }

async function cycled(board: string) {
  const id = await world.start(`power cycle ${board}`, { as: 'ops' })
  const ending = await world.ended(`power/${id}`)
  return { ending, event: await world.lab.powerEvent(id) }
}

describe.each([
  { board: 'soc-a-001', pdu: PDU_A },
  { board: 'soc-b-001', pdu: PDU_B },
])('the PDU of $board', ({ board, pdu }) => {
  it('that lies is found out by reading back: what was asked, what was read, and an admin is told (H18.4, H18.6)', async () => {
    world.pdu(pdu).faults.set({ lies: true })
    const { ending, event } = await cycled(board)
    world.pdu(pdu).faults.set({ lies: false })

    expect(ending).toEqual({ ok: false, exit: 2 })
    expect(event?.failure).toEqual(FAILURE)
    expect(event?.message).toContain(`${pdu} outlet 1 was asked to switch off, and after 1 s it reads on.`)
    expect(event?.message).toContain(
      `Somebody has to look at it and switch ${board} by hand; then: power status ${board}`,
    )
    expect(world.board(board).isOn()).toBe(true)
    const alert = `Manual intervention at ${board}: ${pdu} outlet 1 was asked to switch off`
    await until(() => world.told.some(({ text }) => text.includes(alert)), 'an admin is told')
    // It may be anything now, so nobody gets it before it answered.
    expect(world.lab.board(board)?.usable).toBe(false)
    await world.type(`boards health ${board}`, { as: 'ops' })
    expect(world.lab.board(board)?.usable).toBe(true)
  })

  it('that is silent: the reading says so, nothing is switched, and nothing is claimed', async () => {
    world.pdu(pdu).faults.set({ silent: true })
    const status = await world.type(`power status ${board}`, { as: 'ops' })
    expect(status).toMatchObject({
      kind: 'done',
      exit: 2,
      result: { event: { after: null, failure: FAILURE } },
    })
    expect(wordsOf(status)).toContain(`${pdu} outlet 1 could not be read within 1 s`)
    const { ending, event } = await cycled(board)
    world.pdu(pdu).faults.set({ silent: false })
    expect(ending).toEqual({ ok: false, exit: 2 })
    expect(event).toMatchObject({ after: null, failure: FAILURE })
    expect(world.board(board).record.filter(({ kind }) => kind === 'boot')).toHaveLength(1)
  })

  it('that works again: the cycle is confirmed, the alert is over, and the board takes work', async () => {
    const { ending, event } = await cycled(board)
    expect(ending).toEqual({ ok: true, exit: 0 })
    expect(event).toMatchObject({ before: 'on', after: 'on', back: true })
    const alerts = Object.values(world.lab.state().alerts).filter(({ cause }) => cause === `power/${board}`)
    expect(alerts).toEqual([])
    const { family } = world.lab.board(board)?.config ?? { family: '' }
    expect((await world.finished(await world.start(`run-test ${family} ./hello`))).state).toBe('passed')
    expect((await world.lab.powerEvents(board)).map(({ failure }) => failure?.cause ?? null)).toEqual([
      null,
      'power',
      'power',
    ])
  })
})
