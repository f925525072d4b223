import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEnvironment } from '../../src/config/index.ts'
import { problemsOf } from './variables.ts'

const SOCKET = { SLACK_BOT_TOKEN: 'xoxb-1-2-abc', SLACK_APP_TOKEN: 'xapp-1-A1-2-abc' }
const HTTP = { SLACK_BOT_TOKEN: 'xoxb-1-2-abc', SLACK_SIGNING_SECRET: 'a1b2', SLACK_MODE: 'http' }

describe('settings of Slack (design 10)', () => {
  it('socket mode, Slack itself, all commands and no home channel, where nothing else is said', () => {
    expect(readEnvironment(SOCKET).slack).toEqual({
      botToken: 'xoxb-1-2-abc',
      appToken: 'xapp-1-A1-2-abc',
      signingSecret: null,
      mode: 'socket',
      apiUrl: null,
      home: null,
      commands: 'all',
    })
  })

  it('what is set', () => {
    const more = {
      SLACK_API_URL: 'http://127.0.0.1:9100/api',
      SLACK_CHANNEL: 'C0123ABCD',
      SLACK_COMMANDS: 'soc-',
    }
    expect(readEnvironment({ ...HTTP, ...more }).slack).toMatchObject({
      appToken: null,
      signingSecret: 'a1b2',
      mode: 'http',
      apiUrl: 'http://127.0.0.1:9100/api/',
      home: 'C0123ABCD',
      commands: 'soc-',
    })
  })

  it('none where the bot is not on Slack, whatever is in its variables', () => {
    expect(readEnvironment({ ...SOCKET, SLACK_CHANNEL: '#lab', CHAT: 'terminal' }).slack).toBeNull()
    expect(readEnvironment({ SLACK_WEBHOOK_URL: 'https://hooks.example.com/1' }).slack).toBeNull()
  })

  it.each([
    [{ ...SOCKET, SLACK_BOT_TOKEN: 'xoxp-swordfish' }, /^SLACK_BOT_TOKEN: is no token of a bot: .*xoxb-/],
    [{ ...SOCKET, SLACK_APP_TOKEN: 'xoxb-swordfish' }, /^SLACK_APP_TOKEN: is no token of an app: .*xapp-/],
    [{ ...SOCKET, SLACK_BOT_TOKEN: 'xoxb-sword fish' }, /^SLACK_BOT_TOKEN: /],
    [
      { ...SOCKET, SLACK_CHANNEL: '#swordfish' },
      /^SLACK_CHANNEL: is no id of a channel: .*bottom of the channel/,
    ],
    [{ ...SOCKET, SLACK_CHANNEL: 'D0123ABCD' }, /^SLACK_CHANNEL: is no id/],
    [{ ...SOCKET, SLACK_API_URL: 'swordfish' }, /^SLACK_API_URL: .*must be an address such as/],
    [{ ...SOCKET, SLACK_API_URL: 'https://a@b/api' }, /^SLACK_API_URL: its value must be an address/],
    [{ ...SOCKET, SLACK_COMMANDS: 'some' }, /^SLACK_COMMANDS: "some" must be all, lab or a prefix/],
    [{ ...SOCKET, SLACK_COMMANDS: 'Soc-' }, /^SLACK_COMMANDS: /],
    [{ ...SOCKET, SLACK_COMMANDS: `${'x'.repeat(20)}-` }, /^SLACK_COMMANDS: /],
  ])('%o is told in one sentence', (variables, problem) => {
    expect(problemsOf(variables)).toEqual([expect.stringMatching(problem)])
  })

  it('a value of a wrong shape is never repeated: a token in the wrong line is a token all the same', () => {
    const name = fc.constantFrom('SLACK_BOT_TOKEN', 'SLACK_APP_TOKEN', 'SLACK_CHANNEL')
    const value = fc.stringMatching(/^[a-z0-9]{12,30}$/).map(text => `xoxp-${text}`)
    fc.assert(
      fc.property(name, value, (name, value) => {
        const problems = problemsOf({ ...SOCKET, [name]: value })
        expect(problems).toHaveLength(1)
        expect(problems.join()).not.toContain(value)
      }),
      { numRuns: 200 },
    )
  })
})
