import { expect, test } from 'vitest'
import { createCarrier } from '../../../../src/bot/slack/inbound/carry-out.ts'
import type { Heard } from '../../../../src/bot/slack/types.ts'
import { silentLog } from '../../../../src/log.ts'
import { createFakeClock } from '../../../fake-clock.ts'
import { createJournalled } from '../../../mail/journalled.ts'
import { until } from '../../../until.ts'
import { wordsOf } from './world.ts'

const HOME: Heard = { kind: 'home', by: { id: 'U1', name: 'mei' } }
const KEY = 'slack:1'

/** A carrier on an inbox that has one delivery; `begin` and `finish` are the disk's. */
async function carrier(disk: { begin?(): Promise<void>; finish?(): Promise<void> } = {}) {
  const clock = createFakeClock()
  const journal = createJournalled(clock)
  const inbox = { ...journal.open(), ...disk }
  await inbox.take({ source: 'slack', id: '1', heard: HOME })
  const seen: string[] = []
  const made = createCarrier({
    inbox,
    handle: async heard => void seen.push(wordsOf(heard)),
    interrupted: () => {},
    lost: (heard, why) => void seen.push(`${wordsOf(heard)} lost: ${why}`),
    clock,
    log: silentLog,
  })
  return { made, seen, clock, stage: () => journal.entries()[0]?.stage }
}

test('P27 a disk that is full when something is begun: the asker is told that it was not done', async () => {
  const { made, seen, stage } = await carrier({ begin: async () => Promise.reject(new Error('no room')) })
  made.carryOut(KEY, HOME)
  await until(() => stage() === 'done', 'it is over')
  expect(seen).toEqual(['home lost: not stored'])
})

test('P27 a disk that never says that something is begun: told after 2 s, and never carried out', async () => {
  let isAsked = false
  const begin = (): Promise<void> => {
    isAsked = true
    return new Promise(() => {})
  }
  const { made, seen, clock, stage } = await carrier({ begin })
  made.carryOut(KEY, HOME)
  await until(() => isAsked, 'the disk is asked')
  await clock.pass(2_000)
  await until(() => stage() === 'done', 'it is over')
  expect(seen).toEqual(['home lost: not stored'])
})

test('P27 what was told as lost is over as soon as the disk takes it: the next process does not do it', async () => {
  let isFull = true
  const ended: string[] = []
  const full = async (): Promise<void> => Promise.reject(new Error('no room'))
  const finish = async (): Promise<void> => (isFull ? await full() : void ended.push(KEY))
  const { made, seen, clock } = await carrier({ begin: full, finish })
  made.carryOut(KEY, HOME)
  await until(() => seen.length > 0, 'it is told')
  isFull = false
  await clock.pass(60_000)
  expect([seen, ended]).toEqual([['home lost: not stored'], [KEY]])
})

test('what is acknowledged while the bot stops stays in the inbox for the next process', async () => {
  const { made, seen, stage } = await carrier()
  await made.stop(0)
  made.carryOut(KEY, HOME)
  await made.stop(0)
  expect([seen, stage()]).toEqual([[], 'heard'])
})
