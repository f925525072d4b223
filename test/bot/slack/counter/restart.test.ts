import { afterEach, expect, test } from 'vitest'
import { NOON } from '../../../commands/lab-port.ts'
import { aFile, CHANNEL, directOf, openStage, type Stage, typed } from './stage.ts'

const open: Stage[] = []

afterEach(async () => {
  for (const stage of open.splice(0)) await stage.close()
})

async function stage(options: Parameters<typeof openStage>[0] = {}): Promise<Stage> {
  const made = await openStage(options)
  open.push(made)
  return made
}

const SHELL = '/run-test socA --shell "uname -a"'

test('P27 a test that was stored before the kill is shown, and not submitted again', async () => {
  const before = await stage()
  // The kill comes when it is stored, and before it is answered.
  await before.hear(typed(SHELL), 'key-1')
  const under = await before.under.restart()
  open.splice(open.indexOf(before), 1)
  before.counter.close()
  const after = await stage({ under })
  await after.counter.interrupted(typed(SHELL), 'key-1', true)
  expect(after.fresh()).toEqual(['card C1: run/T1'])
  expect((await under.lab.runs({})).map(run => run.id)).toEqual(['T1'])
})

test('P27 a lease and a form that were stored are found as well', async () => {
  const { counter, hear, fresh, under } = await stage()
  await hear(typed('/lease a1 1h'), 'key-1')
  await counter.interrupted(typed('/lease a1 1h'), 'key-1', true)
  const form = {
    ...({ kind: 'form', by: { id: 'UMEI', name: 'mei' }, place: CHANNEL, view: 'V0' } as const),
    line: 'run-test socB --shell true',
    files: [],
    reply: { responseUrl: null, trigger: null, at: NOON },
  }
  await hear(form, 'key-2')
  await counter.interrupted(form, 'key-2', true)
  expect(fresh()).toEqual([expect.stringMatching(/^whisper UMEI C1: T1/)])
  expect(under.lab.leases().filter(lease => lease.holder.kind === 'person')).toHaveLength(1)
  expect(await under.lab.runs({})).toHaveLength(1)
})

test('a form that was on its way when the bot was killed says what is known of it', async () => {
  const on = await stage()
  const trigger = on.slack.trigger()
  const { id } = await on.slack.openModal(trigger, {
    type: 'modal',
    title: { type: 'plain_text', text: 'run-test' },
    blocks: [{ type: 'section', text: { type: 'plain_text', text: 'Working on it…' } }],
  })
  const form = {
    ...({ kind: 'form', by: { id: 'UMEI', name: 'mei' }, place: CHANNEL, view: id } as const),
    line: 'run-test socB --shell true',
    files: [],
    reply: { responseUrl: null, trigger: null, at: NOON },
  }
  await on.counter.interrupted(form, 'key-1', true)
  expect(on.slack.modals.get(id)?.text).toContain('The bot was restarted in the middle of this')
  expect(on.fresh()).toEqual([expect.stringMatching(/^whisper UMEI C1: The bot was restarted/)])
})

test('what may or may not have been done is told, with where to look and a button that does it again', async () => {
  const { counter, fresh, slack } = await stage()
  await counter.interrupted(typed('/lab boards maintain a1 --reason fan'), 'key-1', true)
  expect(fresh()).toEqual([expect.stringMatching(/^reply: The bot was restarted in the middle of this/)])
  const blocks = JSON.stringify(slack.seen)
  expect(blocks).toContain('boards show a1')
  expect(blocks).toContain('boards maintain a1 --reason fan')
})

test('what was confirmed before a restart is asked again: things may have moved on since', async () => {
  const { counter, slack } = await stage()
  const pressed = typed('power cycle a1 --yes', { how: 'click', message: { ts: '5.0', isEphemeral: true } })
  await counter.interrupted(pressed, 'key-1', true)
  await counter.interrupted(pressed, 'key-2', false)
  await counter.lost(pressed, 'late', 'key-3')
  expect(slack.seen).toHaveLength(3)
  for (const { message } of slack.seen) {
    expect(JSON.stringify(message.blocks)).toContain('power cycle a1')
    expect(JSON.stringify(message.blocks)).not.toContain('--yes')
  }
})

test('a question is simply answered; one that waited too long is offered again', async () => {
  const { counter, fresh, under } = await stage()
  await counter.interrupted(typed('/lab queue'), 'key-1', true)
  expect(fresh()).toEqual([expect.stringMatching(/^reply: Queue/)])
  under.clock.stall(11 * 60_000)
  await counter.interrupted(typed('/lab queue'), 'key-2', true)
  expect(fresh()).toEqual([expect.stringMatching(/^reply: The bot was away when this came/)])
})

test('what came while the bot was away, and is too old to be done unasked, is offered', async () => {
  const { counter, fresh, under } = await stage()
  await counter.interrupted(typed(SHELL), 'key-1', false)
  expect(fresh()).toEqual([
    expect.stringMatching(/^reply: The bot was away when this came, and nothing was done/),
  ])
  expect(await under.lab.runs({})).toEqual([])
})

test('what could not be stored did nothing, and is to be typed again', async () => {
  const { counter, fresh } = await stage()
  await counter.lost(typed(SHELL), 'not stored', 'key-1')
  await counter.lost(typed(SHELL), 'late', 'key-2')
  expect(fresh()).toEqual([
    expect.stringMatching(/^reply: This could not be stored, and nothing was done.*run-test socA/),
    expect.stringMatching(/^reply: This reached the bot too late, and nothing was done/),
  ])
})

test('two that were lost are told by names of their own: the second is not taken for the first', async () => {
  const { counter, slack } = await stage()
  const asked = typed(SHELL, { how: 'direct', place: directOf('UMEI') })
  await counter.lost(asked, 'late', 'key-1')
  await counter.lost(asked, 'late', 'key-2')
  const keys = slack.seen.map(seen => (seen.how === 'post' ? seen.key : seen.how))
  expect(new Set(keys).size).toBe(2)
})

test('a question that could not be stored is answered all the same: a full disk does not silence the bot', async () => {
  const { counter, fresh, slack } = await stage()
  await counter.lost(typed('/lab status'), 'not stored', 'key-1')
  await counter.lost(typed('/lab qeueu'), 'not stored', 'key-2')
  await counter.lost({ kind: 'home', by: { id: 'UMEI', name: 'mei' } }, 'not stored', 'key-3')
  expect(fresh()).toEqual([
    expect.stringMatching(/^reply: Lab · /),
    expect.stringMatching(/^reply: There is no command "qeueu"/),
  ])
  expect([...slack.homes.keys()]).toEqual(['UMEI'])
})

test('files of what was missed or lost are there for the button that does it again', async () => {
  const { counter, hear, slack, under } = await stage()
  slack.files.set('Fhello', 'hello')
  const asked = typed('run-test socA', { how: 'mention', files: [aFile('hello')] })
  await counter.interrupted(asked, 'key-1', false)
  await hear(typed('run-test socA', { how: 'click', message: { ts: '5.0', isEphemeral: true } }))
  expect((await under.lab.run('T1'))?.program).toMatchObject({ name: 'hello' })
})

test('nobody who can be told is a reason to try again', async () => {
  const { counter, slack } = await stage()
  for (const method of ['respond', 'whisper', 'post'] as const) slack.fail(method, 'unreachable')
  await expect(counter.lost(typed(SHELL), 'late', 'key-1')).rejects.toThrow('could not be told')
  await expect(counter.interrupted(typed(SHELL), 'key-1', true)).rejects.toThrow('could not be told')
})
