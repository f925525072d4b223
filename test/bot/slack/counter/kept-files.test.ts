import { expect, test } from 'vitest'
import { createKeptFiles } from '../../../../src/bot/slack/counter/kept-files.ts'
import { createFakeClock } from '../../../fake-clock.ts'
import { aFile } from './stage.ts'

test('files are kept for the line and the person they came with, for half an hour', () => {
  const clock = createFakeClock()
  const kept = createKeptFiles(clock)
  kept.keep('UMEI', 'lease send L1 hello --yes', [aFile('hello')])
  expect(kept.of('UMEI', 'lease send L1 hello --yes')).toEqual([aFile('hello')])
  expect(kept.of('UKAI', 'lease send L1 hello --yes')).toEqual([])
  expect(kept.of('UMEI', 'lease send L2 hello --yes')).toEqual([])
  clock.stall(31 * 60_000)
  expect(kept.of('UMEI', 'lease send L1 hello --yes')).toEqual([])
})

test('two hundred are kept, and then the oldest is let go', () => {
  const kept = createKeptFiles(createFakeClock())
  for (let number = 0; number <= 200; number++) kept.keep('UMEI', `line ${number}`, [aFile('hello')])
  expect(kept.of('UMEI', 'line 0')).toEqual([])
  expect(kept.of('UMEI', 'line 1')).toHaveLength(1)
  expect(kept.of('UMEI', 'line 200')).toHaveLength(1)
})
