import { expect, test } from 'vitest'
import { chatWord } from '../../src/app/chat.ts'
import type { SlackFace, SlackHealth } from '../../src/bot/slack/face.ts'
import { createFakeClock } from '../fake-clock.ts'

const HEALTHY: SlackHealth = {
  ...{ mode: 'socket', up: true, since: 0, lastEventAt: null, refused: 0 },
  ...{ trouble: null, name: 'boardroom' },
}
const DOWN = { ...HEALTHY, up: false, name: null }
const TROUBLE = { message: 'The bot token was revoked', hint: 'An admin installs the app again.', since: 0 }

async function word(health: SlackHealth): Promise<string> {
  const clock = createFakeClock()
  const said = chatWord({ health: () => health } as SlackFace, clock)
  await clock.pass(6_000)
  return await said
}

test.each<[SlackHealth, string]>([
  [HEALTHY, 'Slack: connected as @boardroom.'],
  [{ ...HEALTHY, mode: 'http' }, 'Slack: known as @boardroom, waits to be called.'],
  [{ ...HEALTHY, name: null }, 'Slack: no answer yet. The lab runs, and it is tried again.'],
  [DOWN, 'Slack: not connected yet. The lab runs, and it is tried again.'],
  [
    { ...DOWN, why: 'no connection to Slack' },
    'Slack: no connection to Slack. The lab runs, and it is tried again.',
  ],
  [
    { ...HEALTHY, trouble: TROUBLE },
    'Slack: The bot token was revoked. An admin installs the app again. The lab runs, and it is tried again.',
  ],
])('M5.1 who starts it at a terminal is told how Slack took the bot: %#', async (health, words) => {
  expect(await word(health)).toBe(words)
})
