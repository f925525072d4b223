import { afterEach, expect, test } from 'vitest'
import { createIntroduction, type Introduction } from '../../../src/bot/slack/introduction.ts'
import { SlackError } from '../../../src/bot/slack/slack-error.ts'
import { createFakeClock } from '../../fake-clock.ts'

const SELF = { user: 'U1', bot: 'B1', team: 'T1', name: 'boardroom' }

let introduction: Introduction
afterEach(() => introduction.stop())

/** Slack as far as the introduction asks it; `word`: how it refuses. */
function begin(word: string | null = null) {
  const clock = createFakeClock()
  const slack = { word, isTroubled: false, asked: 0 }
  const said: string[] = []
  const note = (_: unknown, message: string): void => void said.push(message)
  introduction = createIntroduction({
    api: {
      async self() {
        slack.asked += 1
        if (slack.word !== null) throw new SlackError({ word: slack.word, method: 'auth.test' })
        slack.isTroubled = false
        return SELF
      },
    },
    isTroubled: () => slack.isTroubled,
    clock,
    log: { debug() {}, info: note, warn: note, error: note },
  })
  introduction.start()
  return { clock, slack, said }
}

test('it is asked once where all is well, and never again', async () => {
  const { clock, slack, said } = begin()
  await clock.pass(60 * 60_000)
  expect(introduction.self()).toEqual({ user: 'U1', name: 'boardroom' })
  expect(slack.asked).toBe(1)
  expect(said).toEqual(['Slack knows the bot as @boardroom'])
})

test('a trouble that came on a quiet night is over in the health within a minute of its end, though nobody asks', async () => {
  const { clock, slack, said } = begin()
  await clock.pass(1_000)
  Object.assign(slack, { isTroubled: true, word: 'token_revoked' })
  await clock.pass(8 * 60 * 60_000)
  // Once a minute at most, and told once.
  expect(slack.asked).toBeLessThan(8 * 60 + 10)
  expect(said.filter(line => line.includes('The bot token was revoked'))).toHaveLength(1)
  slack.word = null
  await clock.pass(61_000)
  expect(slack.isTroubled).toBe(false)
  expect(said.at(-1)).toBe('Slack takes what the bot says again')
})

test('another reason is told too', async () => {
  const { clock, slack, said } = begin('unreachable')
  await clock.pass(120_000)
  slack.word = 'invalid_auth'
  await clock.pass(120_000)
  expect(introduction.self()).toBeNull()
  expect(said.filter(line => line.includes('nothing can be said'))).toHaveLength(2)
})
