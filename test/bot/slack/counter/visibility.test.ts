import { expect, test } from 'vitest'
import { audienceOf, deedOf } from '../../../../src/bot/slack/counter/visibility.ts'
import { commands } from '../../../../src/commands/registry.ts'

const named = (deed: string): string[] =>
  commands.filter(command => deedOf(command) === deed).map(command => command.name)

test('S4 what each command asks for follows from its record', () => {
  expect(named('secret')).toEqual(['boards watch', 'lease console'])
  expect(named('run')).toEqual(['run-test', 'tests rerun'])
  expect(named('follow')).toEqual(['tests follow'])
  expect(named('act')).toEqual([
    'alerts ack',
    'boards health',
    'boards maintain',
    'lease',
    'lease cancel',
    'lease extend',
    'lease fetch',
    'lease release',
    'lease send',
    'power cycle',
    'power off',
    'power on',
    'power status',
    'queue cancel',
    'queue move',
    'settings reload',
  ])
  const questions = [
    'boards',
    'boards log',
    'boards show',
    'help',
    'lease list',
    'queue',
    'status',
    'tests',
    'tests show',
  ]
  expect(named('question')).toEqual(
    expect.arrayContaining([...questions, 'audit', 'tests log', 'tests compare']),
  )
})

const IN_CHANNEL = { isDirect: false, inThread: false, here: false }
const IN_THREAD = { ...IN_CHANNEL, inThread: true }
const DIRECT = { isDirect: true, inThread: false, here: false }

test.each([
  ['question', IN_CHANNEL, 'asker'],
  ['question', IN_THREAD, 'asker'],
  ['question', DIRECT, 'asker'],
  ['question', { ...IN_CHANNEL, here: true }, 'channel'],
  ['question', { ...DIRECT, here: true }, 'asker'],
  ['act', IN_CHANNEL, 'channel'],
  ['act', DIRECT, 'channel'],
  ['run', IN_CHANNEL, 'channel'],
  ['run', IN_THREAD, 'channel'],
  ['run', DIRECT, 'home'],
  ['follow', IN_CHANNEL, 'direct'],
  ['follow', IN_THREAD, 'channel'],
  ['follow', DIRECT, 'direct'],
  ['secret', IN_CHANNEL, 'direct'],
  ['secret', { ...IN_THREAD, here: true }, 'direct'],
  ['secret', DIRECT, 'direct'],
] as const)('a %s asked with %o is seen by: %s', (deed, asked, audience) => {
  expect(audienceOf(deed, 'done', asked)).toBe(audience)
})

test.each(['form', 'confirm', 'fault'] as const)("a %s is the asker's alone, whatever was asked", outcome => {
  for (const deed of ['question', 'act', 'run', 'follow', 'secret'] as const)
    for (const asked of [IN_CHANNEL, IN_THREAD, DIRECT, { ...IN_CHANNEL, here: true }])
      expect(audienceOf(deed, outcome, asked)).toBe('asker')
})
