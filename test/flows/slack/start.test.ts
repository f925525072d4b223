import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { slackManifest } from '../../../src/bot/slack/manifest.ts'
import { commands } from '../../../src/commands/registry.ts'
import { type SlackStub, startSlackStub } from '../../slack/stub.ts'
import { until } from '../../until.ts'
import type { Bot } from '../bot.ts'
import { startWorld, type World } from '../world.ts'

type Health = { status: string; chat: { platform: string; up: boolean; since: number; problem?: string } }

let world: World
let slack: SlackStub
let bot: Bot

async function open(mode: 'socket' | 'http' = 'socket'): Promise<void> {
  world = await startWorld({ app: false })
  slack = await startSlackStub({ manifest: slackManifest(commands, 'all', null), mode })
}

beforeEach(() => open())
afterEach(async () => {
  await world.close()
  await slack.close()
})

/** Starts it as a service, and waits until it says where it is. */
async function start(more: Record<string, string> = {}): Promise<string> {
  bot = world.startBot(['start'], { env: { ...slack.env(), ...more } })
  const said = await bot.saw('the lab is open')
  return /"address":"([^"]+)"/.exec(said)?.[1] ?? ''
}

async function health(address: string): Promise<Health> {
  return (await (await fetch(`${address}/api/v1/health`)).json()) as Health
}

async function healthIs(address: string, ask: (health: Health) => boolean): Promise<Health> {
  return await until(
    async () => {
      const now = await health(address)
      return ask(now) ? now : null
    },
    'its health says so',
    20_000,
  )
}

/** In order: it ends with 0, nothing of it is left, and no token was in anything it said. */
async function stop(): Promise<string> {
  bot.signal('SIGTERM')
  const { code, stdout, stderr } = await bot.gone()
  expect(code).toBe(0)
  expect(() => process.kill(bot.pid, 0)).toThrow('ESRCH')
  const { SLACK_BOT_TOKEN = '', SLACK_APP_TOKEN = '', SLACK_SIGNING_SECRET = '' } = slack.env()
  for (const secret of [SLACK_BOT_TOKEN, SLACK_APP_TOKEN, SLACK_SIGNING_SECRET])
    expect(stdout + stderr).not.toContain(secret)
  return stderr
}

describe('boardroom start with Slack', () => {
  it('M5.1 says as whom it is connected, answers there, shows it in its health, and goes in order', async () => {
    const before = Date.now()
    const address = await start()
    await bot.saw('Slack knows the bot as @boardroom')
    const { chat, status } = await healthIs(address, now => now.chat.up)
    expect([status, chat]).toEqual([
      'ok',
      { platform: 'slack', up: true, since: expect.any(Number) as number },
    ])
    expect(chat.since).toBeGreaterThanOrEqual(before)

    const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
    await mei.slash('/lab', 'boards', lab)
    await mei.waitsFor(lab, /Boards · 4 of 4 usable/)
    await mei.slash('/run-test', 'socA --shell "echo hello"', lab)
    await lab.waitsFor(/T1 · echo hello on soc-a-00\d · passed/, 30_000)
    const log = await stop()
    expect(log.split('\n').filter(line => /"level":[56]0/.test(line))).toEqual([])
    expect(slack.socket.connections).toBe(0)
    expect(slack.complaints).toEqual([])
  })

  it('with tokens that Slack does not take, the lab runs, log and health say which to renew, and it is noticed when they are good again', async () => {
    slack.revoke('invalid_auth', 'all')
    const address = await start()
    await bot.saw('Slack does not take the app token (invalid_auth)')
    const said = await bot.saw('Slack does not take the bot token: nothing can be said in Slack')
    expect(said).toContain('gives the bot its new SLACK_BOT_TOKEN')
    const sick = await healthIs(address, now => now.chat.problem?.includes('SLACK_BOT_TOKEN') === true)
    expect(sick).toMatchObject({ status: 'degraded', chat: { platform: 'slack', up: false } })
    bot.type('boards')
    await bot.saw('Boards · 4 of 4 usable')

    slack.restore()
    expect(await healthIs(address, now => now.chat.up)).toMatchObject({ status: 'ok' })
    // Nothing is said twice of the same trouble, and nothing in Bolt's words.
    const log = await stop()
    expect(log.match(/does not take the bot token/g)).toHaveLength(1)
    expect(log).not.toContain('Bolt:')
  })

  it('with a good app token alone, it hears and cannot speak: the health says so, not that all is well', async () => {
    slack.revoke('account_inactive')
    const address = await start()
    const { chat } = await healthIs(address, now => now.chat.problem?.includes('removed') === true)
    await until(() => slack.socket.connections === 1, 'it is connected')
    expect((await health(address)).chat).toEqual({ ...chat, up: false })
    expect(chat.problem).toBe(
      'The bot was removed from the workspace. An admin installs the app again and gives the bot its new SLACK_BOT_TOKEN.',
    )
    slack.restore()
    await healthIs(address, now => now.chat.up)
    await stop()
  })

  it('while Slack is not there at all it starts, says so once, and ends at once when it is told to', async () => {
    await slack.close()
    const address = await start()
    await bot.saw('no connection to Slack')
    expect((await healthIs(address, now => now.chat.problem !== undefined)).status).toBe('degraded')
    bot.type('boards')
    await bot.saw('Boards · 4 of 4 usable')
    const log = await stop()
    expect(log.match(/no connection to Slack/g)).toHaveLength(1)
    expect(log).not.toContain('Bolt:')
  })

  it('without a home channel it says what nobody will be told', async () => {
    await start({ SLACK_CHANNEL: '' })
    expect(await stop()).toContain('SLACK_CHANNEL is not set: alerts are told to nobody')
  })
})

it('boardroom start with Slack over HTTP answers at the address of its health', async () => {
  await world.close()
  await slack.close()
  await open('http')
  const address = await start()
  slack.webhook.pointAt(`${address}/webhooks/slack`)
  const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
  await mei.slash('/lab', 'boards', lab)
  await mei.waitsFor(lab, /Boards · 4 of 4 usable/)
  expect((await healthIs(address, now => now.chat.up)).chat).toMatchObject({ platform: 'slack' })
  await stop()
  expect(slack.complaints).toEqual([])
})

describe('settings of a chat platform', () => {
  it('check says what is set up for Slack, never a secret, and asks nothing of it', async () => {
    const { code, stdout } = await world.bot(['check'], { env: slack.env() })
    expect(code).toBe(0)
    for (const line of [/chat +slack/, /Slack +socket mode: bot and app token are set/, /home channel +C/])
      expect(stdout).toMatch(line)
    expect(stdout).toMatch(/Note: links that people get in Slack begin with .*Set PUBLIC_URL/)
    expect(stdout).not.toMatch(/xoxb-|xapp-/)
    expect(slack.calls()).toEqual([])
  })

  it('check and start say what is missing, and of what shape it is', async () => {
    const env = { ...slack.env(), SLACK_APP_TOKEN: '', SLACK_CHANNEL: '#lab' }
    const [check, refused] = await Promise.all([world.bot(['check'], { env }), world.bot(['start'], { env })])
    for (const words of [check.stdout, refused.stderr]) {
      expect(words).toContain('SLACK_APP_TOKEN: is not set, and a bot on slack needs it.')
      expect(words).toContain('SLACK_CHANNEL: is no id of a channel')
    }
    expect([check.code, refused.code]).toEqual([1, 3])
  })

  it.each([
    ['by name', { CHAT: 'feishu' }],
    ['by its tokens', { FEISHU_APP_ID: 'cli_0123456789abcdef', FEISHU_APP_SECRET: 'swordfish' }],
  ])('Feishu, asked for %s, is refused by check and start in one sentence', async (_, env) => {
    const [check, refused] = await Promise.all([world.bot(['check'], { env }), world.bot(['start'], { env })])
    for (const words of [check.stdout, refused.stderr]) {
      expect(words).toContain('CHAT is feishu, and this version speaks in Slack and at the terminal.')
      expect(words).toContain('set CHAT=terminal')
      expect(words).not.toContain('is not set')
      expect(words).not.toContain('swordfish')
    }
    expect([check.code, refused.code]).toEqual([1, 3])
  })
})
