import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { manifestText } from '../../src/app/run-manifest.ts'
import type { Manifest } from '../../src/bot/slack/manifest.ts'
import { commands } from '../../src/commands/registry.ts'
import { slashNames } from '../../src/commands/slash.ts'

const ROOT = join(import.meta.dirname, '../..')
const WITHIN_MS = 15_000

function manifest(slash: string, url: string | null): Manifest {
  return JSON.parse(manifestText(slash, url)) as Manifest
}

const SHAPES = [
  ['socket mode', manifest('all', null)],
  ['HTTP', manifest('all', 'https://lab.example.com')],
  ['/lab alone', manifest('lab', null)],
  ['a prefix', manifest('soc-', 'https://lab.example.com/boardroom/')],
] as const

// Names of Slack's own commands, put together from general knowledge and checked against no page of Slack's: there may be
// others that it keeps, and some of these it may allow.
const RESERVED =
  'apps archive away call collapse dm dnd expand feed feedback giphy help huddle invite join keys leave list me msg mute open part prefs remind remove rename search shortcuts shrug star status team topic who workflow'.split(
    ' ',
  )

// docs.slack.dev, the page of each event and method. Beside them: slash commands and shortcuts need `commands`, files
// that are downloaded or chosen in a form `files:read`.
const SCOPES: Readonly<Record<string, readonly string[]>> = {
  app_home_opened: [],
  app_mention: ['app_mentions:read'],
  app_uninstalled: [],
  member_joined_channel: ['channels:read', 'groups:read'],
  'message.im': ['im:history'],
  tokens_revoked: [],
  'apps.connections.open': [],
  'auth.test': [],
  'chat.getPermalink': [],
  'chat.postEphemeral': ['chat:write'],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'conversations.history': ['channels:history', 'groups:history', 'im:history'],
  'conversations.join': ['channels:join'],
  'conversations.open': ['im:write'],
  'conversations.replies': ['channels:history', 'groups:history', 'im:history'],
  'users.info': ['users:read'],
  'views.open': [],
  'views.publish': [],
  'views.update': [],
}

/** Methods of the Web API that the face names. */
async function methodsCalled(): Promise<readonly string[]> {
  const folder = join(ROOT, 'src/bot/slack/outbound')
  const files = await readdir(folder)
  const texts = await Promise.all(files.map(file => readFile(join(folder, file), 'utf8')))
  const method =
    /'((?:apps|auth|bookmarks|chat|conversations|files|pins|reactions|team|users|views)\.[a-zA-Z.]+)'/g
  const named = texts.flatMap(text => [...text.matchAll(method)].map(match => match[1] ?? ''))
  return [...new Set(named.filter(name => !name.endsWith('.com')))]
}

test('design 6: manifest.json is what the command prints for socket mode', async () => {
  expect(await readFile(join(ROOT, 'manifest.json'), 'utf8')).toBe(`${manifestText('all', null)}\n`)
})

describe.each(SHAPES)('the manifest for %s', (_name, made) => {
  // docs.slack.dev, App manifest reference; the shortest of the limits that it and the form at Slack give.
  test('keeps the limits of Slack', () => {
    const { display_information: shown, features, oauth_config: oauth, settings } = made
    expect(shown.name.length).toBeLessThanOrEqual(35)
    expect(shown.description?.length).toBeLessThanOrEqual(140)
    expect(features?.bot_user?.display_name).toMatch(/^[a-z0-9._-]{1,80}$/)
    expect(features?.slash_commands?.length).toBeLessThanOrEqual(50)
    for (const { command, description, usage_hint = '' } of features?.slash_commands ?? []) {
      expect(command).toMatch(/^\/[a-z][a-z0-9_-]{0,30}$/)
      expect(description.length).toBeGreaterThan(5)
      expect(description.length).toBeLessThanOrEqual(100)
      expect(usage_hint.length).toBeLessThanOrEqual(100)
    }
    for (const { name, callback_id, description } of features?.shortcuts ?? []) {
      expect(name.length).toBeLessThanOrEqual(24)
      expect(callback_id.length).toBeLessThanOrEqual(255)
      expect(description.length).toBeLessThanOrEqual(150)
    }
    const scopes = oauth?.scopes?.bot ?? []
    expect(new Set(scopes).size).toBe(scopes.length)
    expect(settings?.event_subscriptions?.bot_events?.length).toBeLessThanOrEqual(100)
  })

  test('has no command that is Slack’s own, and none twice', () => {
    const names = made.features?.slash_commands?.map(({ command }) => command.slice(1)) ?? []
    expect(names.filter(name => RESERVED.includes(name))).toEqual([])
    expect(new Set(names).size).toBe(names.length)
  })

  test('asks for the scopes that what it hears and calls needs, and for no other', async () => {
    const used = [...(made.settings?.event_subscriptions?.bot_events ?? []), ...(await methodsCalled())]
    const needed = used.flatMap(name => {
      expect(Object.keys(SCOPES), name).toContain(name)
      return SCOPES[name] ?? []
    })
    const others = ['commands', 'files:read']
    expect(new Set(made.oauth_config?.scopes?.bot)).toEqual(new Set([...needed, ...others]))
  })
})

test('over HTTP everything that Slack calls is one address; in socket mode nothing is', () => {
  const urls = (text: string): readonly string[] =>
    [...text.matchAll(/"([^"]*url)": "([^"]*)"/g)].map(at => `${at[1]} ${at[2]}`)
  expect(urls(manifestText('all', null))).toEqual([])
  const address = 'https://lab.example.com/boardroom/webhooks/slack'
  const found = urls(manifestText('all', 'https://lab.example.com/boardroom/'))
  expect(found).toHaveLength(4 + 3)
  expect(found.every(each => each.endsWith(` ${address}`))).toBe(true)
  expect(manifest('all', null).settings?.socket_mode_enabled).toBe(true)
  expect(manifest('all', 'https://lab.example.com').settings?.socket_mode_enabled).toBe(false)
})

test('each slash command beside /lab is a noun of the registry, whatever stands before its name', () => {
  const nouns = commands.map(({ name }) => name.split(' ')[0])
  fc.assert(
    fc.property(fc.constantFrom('all', 'lab', 'soc-', 'x_', 'a-longer-name-'), setting => {
      for (const { name, noun } of slashNames(setting)) {
        expect(name.endsWith(noun ?? 'lab')).toBe(true)
        if (noun !== null) expect(nouns).toContain(noun)
      }
    }),
    { numRuns: 100 },
  )
  expect(slashNames('lab')).toEqual([{ name: '/lab', noun: null }])
})

describe('boardroom manifest', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'boardroom-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  type Outcome = { status: number | null; out: string; err: string }

  /** In an empty folder: an `.env` of whoever runs the tests is not read. */
  function boardroom(args: readonly string[], more: Record<string, string> = {}): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
    const { SLACK_COMMANDS: _, ...rest } = process.env
    const main = join(ROOT, 'src/main.ts')
    const child = spawn(process.execPath, [main, 'manifest', ...args], {
      cwd: folder,
      env: { ...rest, ...more },
      timeout: WITHIN_MS,
    })
    const outcome: Outcome = { status: null, out: '', err: '' }
    child.stdout.on('data', (chunk: Buffer) => (outcome.out += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (outcome.err += chunk.toString()))
    child.on('error', reject)
    child.on('close', status => resolve({ ...outcome, status }))
    return promise
  }

  test('prints it, with the names that SLACK_COMMANDS asks for, before there is any token', async () => {
    const [socket, http, own] = await Promise.all([
      boardroom([]),
      boardroom(['--url', 'https://lab.example.com']),
      boardroom([], { SLACK_COMMANDS: 'soc-' }),
    ])
    expect(socket).toEqual({ status: 0, out: `${manifestText('all', null)}\n`, err: '' })
    expect(http.out).toBe(`${manifestText('all', 'https://lab.example.com')}\n`)
    expect(own.out).toBe(`${manifestText('soc-', null)}\n`)
  })

  test('refuses an address that Slack would not call, and a setting that is none, and says what to do', async () => {
    const [plain, flag, names] = await Promise.all([
      boardroom(['--url', 'http://lab.example.com']),
      boardroom(['--adress', 'x']),
      boardroom([], { SLACK_COMMANDS: 'some' }),
    ])
    expect(plain).toMatchObject({ status: 3, out: '' })
    expect(plain.err).toContain('Slack calls https alone')
    expect(flag).toMatchObject({ status: 3, out: '' })
    expect(names).toMatchObject({ status: 3, out: '' })
    expect(names.err).toContain('SLACK_COMMANDS: "some" must be all, lab or a prefix')
  })
})
