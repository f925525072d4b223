import { expect, test } from 'vitest'
import { silentLog } from '../../src/log.ts'
import { createInbox, REMEMBERED_MS } from '../../src/mail/inbox.ts'
import { type LabUnderTest, openLab } from './harness.ts'
import { aBoard } from './samples.ts'

const inboxOf = ({ lab, clock }: LabUnderTest) => createInbox({ ...lab.inbox, clock, log: silentLog })

test('P27 what was heard, and how far it came, is found after a kill in the order in which it came', async () => {
  const before = await openLab({ boards: [aBoard('a1')] })
  const inbox = inboxOf(before)
  for (const id of ['1', '2', '3'])
    expect(await inbox.take({ source: 'slack', id, heard: { line: `tests show T${id}` } })).toBe('new')
  await inbox.begin('slack:1')
  await inbox.begin('slack:3')
  await inbox.finish('slack:3')
  const after = await before.restart()
  try {
    const again = inboxOf(after)
    expect(again.left().map(({ entry, begun }) => [entry.key, entry.heard, begun])).toEqual([
      ['slack:1', { line: 'tests show T1' }, true],
      ['slack:2', { line: 'tests show T2' }, false],
    ])
    expect(await again.take({ source: 'slack', id: '3', heard: null })).toBe('again')
  } finally {
    await after.close()
  }
})

test('a step of what is forgotten already changes nothing', async () => {
  const world = await openLab({ boards: [aBoard('a1')] })
  try {
    const { inbox } = world.lab
    await inbox.begun('slack:9')
    await inbox.done('slack:9')
    await inbox.forgotten([])
    expect(inbox.entries()).toEqual([])
    const mine = inboxOf(world)
    await mine.take({ source: 'slack', id: '1', heard: 'queue' })
    await mine.finish('slack:1')
    await world.clock.pass(REMEMBERED_MS)
    await mine.take({ source: 'slack', id: '2', heard: 'queue' })
    expect(inbox.find('slack:1')).toBeNull()
  } finally {
    await world.close()
  }
})

test('what little a source keeps of what is done, and that it forgot another, is there after a kill', async () => {
  const before = await openLab({ boards: [aBoard('a1')] })
  const inbox = inboxOf(before)
  for (const id of ['1', '2']) await inbox.take({ source: 'api', id, heard: { asked: id } })
  await inbox.begin('api:1')
  await inbox.finish('api:1', { run: 'T1' })
  await inbox.forget('api:2')
  const after = await before.restart()
  try {
    expect(after.lab.inbox.find('api:1')).toMatchObject({ stage: 'done', heard: { run: 'T1' } })
    expect(after.lab.inbox.find('api:2')).toBeNull()
    expect(await inboxOf(after).take({ source: 'api', id: '2', heard: null })).toBe('new')
  } finally {
    await after.close()
  }
})
