import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readDotEnv, readEnvironment, withDotEnv } from '../../src/config/index.ts'
import { parseNetwork } from '../../src/config/networks.ts'
import { VARIABLES } from '../../src/config/variables.ts'
import { ConfigError } from '../../src/errors.ts'
import { problemsOf } from './variables.ts'

const KEY = 'key-of-16-or-more'

describe('environment (design 10)', () => {
  it('needs nothing', () => {
    expect(readEnvironment({})).toEqual({
      chat: 'terminal',
      slack: null,
      boardsFile: 'boards.yaml',
      dataDir: 'data',
      artifactDir: join('data', 'artifacts'),
      host: '127.0.0.1',
      port: 8080,
      consolePort: 7023,
      publicUrl: 'http://127.0.0.1:8080',
      trustedNetworks: [],
      apiKeys: [],
      jenkinsSecret: null,
      logLevel: 'info',
      retentionDays: null,
      maxDiskBytes: null,
      variables: {},
      secrets: [],
    })
  })

  it('reads what is set', () => {
    const variables = {
      BOARDS_FILE: 'lab.yaml',
      DATA_DIR: '/data',
      ARTIFACT_PATH: '/artifacts',
      HOST: '::1',
      PORT: '0',
      TRUSTED_NETWORKS: '10.0.0.0/8, 192.168.1.7 fd00::/8',
      ARTIFACT_RETENTION_DAYS: '30',
      MAX_DISK_USAGE_GB: '0.5',
      LOG_LEVEL: 'debug',
    }
    expect(readEnvironment(variables)).toMatchObject({
      boardsFile: 'lab.yaml',
      dataDir: '/data',
      artifactDir: '/artifacts',
      port: 0,
      publicUrl: 'http://[::1]:0',
      trustedNetworks: ['10.0.0.0/8', '192.168.1.7/32', 'fd00::/8'],
      retentionDays: 30,
      maxDiskBytes: 500_000_000,
      logLevel: 'debug',
    })
    expect(readEnvironment({ PORT: '0' }).consolePort).toBe(0)
    expect(readEnvironment({ PORT: '0', CONSOLE_PORT: '7000' }).consolePort).toBe(7000)
    expect(readEnvironment({ CONSOLE_PORT: 'off' }).consolePort).toBeNull()
    expect(readEnvironment({ PUBLIC_URL: 'https://lab.example.com/x/' }).publicUrl).toBe(
      'https://lab.example.com/x',
    )
  })

  it('takes a variable that is set to nothing as not set, as in a copied .env.example', () => {
    expect(readEnvironment({ PORT: '', CHAT: ' ', SLACK_BOT_TOKEN: '' })).toMatchObject({
      port: 8080,
      chat: 'terminal',
    })
  })

  it.each([
    [{ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' }, 'slack'],
    [{ SLACK_BOT_TOKEN: 'xoxb-1', SLACK_SIGNING_SECRET: 's', SLACK_MODE: 'http' }, 'slack'],
    [{ FEISHU_APP_ID: 'cli', FEISHU_APP_SECRET: 's' }, 'feishu'],
    [{ SLACK_BOT_TOKEN: 'xoxb-1', CHAT: 'terminal' }, 'terminal'],
    [{ SLACK_WEBHOOK_URL: 'https://hooks.example.com/1' }, 'terminal'],
  ])('%o is a bot on %s', (variables, chat) => {
    expect(readEnvironment(variables).chat).toBe(chat)
  })

  it.each([
    { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', FEISHU_APP_ID: 'cli', FEISHU_APP_SECRET: 's' },
    { CHAT: 'slack', SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1', FEISHU_APP_SECRET: 's' },
    { SLACK_WEBHOOK_URL: 'https://a.example.com', FEISHU_WEBHOOK_URL: 'https://b.example.com' },
  ])('M5.1 refuses both platforms and says so: %o', variables => {
    expect(problemsOf(variables)).toEqual([
      expect.stringMatching(/^Both Slack \(SLACK_.*\) and Feishu \(FEISHU_.*\) are set up\. .*exactly one/),
    ])
  })

  it('names what a platform needs and has not', () => {
    expect(problemsOf({ CHAT: 'slack' })).toEqual([
      'SLACK_BOT_TOKEN: is not set, and a bot on slack needs it.',
      'SLACK_APP_TOKEN: is not set, and a bot on slack needs it.',
    ])
    expect(problemsOf({ FEISHU_APP_ID: 'x', FEISHU_MODE: 'http' })).toHaveLength(2)
  })

  it('tells everything that is wrong at once, each by name and value', () => {
    const faults: Record<string, string> = {
      CHAT: 'irc',
      PORT: '80a',
      CONSOLE_PORT: '70000',
      HOST: 'http://lab',
      PUBLIC_URL: 'lab',
      TRUSTED_NETWORKS: '10.0.0.0/33',
      ARTIFACT_RETENTION_DAYS: '-1',
      MAX_DISK_USAGE_GB: 'much',
      SLACK_MODE: 'poll',
      LOG_LEVEL: 'loud',
    }
    fc.assert(
      fc.property(fc.subarray(Object.keys(faults)), names => {
        const problems = problemsOf(Object.fromEntries(names.map(name => [name, faults[name] ?? ''])))
        expect(problems).toHaveLength(names.length)
        for (const name of names)
          expect(
            problems.filter(
              problem => problem.startsWith(`${name}: `) && problem.includes(faults[name] ?? '?'),
            ),
          ).toHaveLength(1)
      }),
      { numRuns: 100 },
    )
  })

  it('collects the value of every secret variable, and of none other', () => {
    const secrets = VARIABLES.filter(({ secret }) => secret === 'whole').map(({ name }) => name)
    const tokens: Record<string, string> = { SLACK_BOT_TOKEN: 'xoxb-bot', SLACK_APP_TOKEN: 'xapp-app' }
    const variables = {
      ...Object.fromEntries(secrets.map(name => [name, `value of ${name}`])),
      ...tokens,
      REDIS_URL: 'redis://:p%40ss@localhost:6379',
      SMTP_URL: 'smtp://lab:mailpass@mail.example.com',
      API_KEYS: `ci:user:${KEY}, ops:admin:sha256:${'a'.repeat(64)}`,
      CHAT: 'slack',
      SLACK_CHANNEL: 'C123',
      FEISHU_APP_SECRET: '',
      FEISHU_ENCRYPT_KEY: '',
      FEISHU_VERIFICATION_TOKEN: '',
      FEISHU_WEBHOOK_URL: '',
    }
    const found = readEnvironment(variables).secrets
    const expected = secrets
      .filter(name => !name.startsWith('FEISHU'))
      .map(name => tokens[name] ?? `value of ${name}`)
    expect(found.toSorted()).toEqual(
      [...expected, 'p%40ss', 'p@ss', 'mailpass', KEY, `sha256:${'a'.repeat(64)}`].toSorted(),
    )
  })

  it('repeats no password of an address', () => {
    expect(problemsOf({ JENKINS_WEBHOOK_SECRET: 'fifteen-letters' })).toEqual([
      'JENKINS_WEBHOOK_SECRET: has fewer than 16 characters, which can be guessed. Make one with: openssl rand -hex 24',
    ])
    expect(problemsOf({ JENKINS_WEBHOOK_SECRET: '', PORT: 'x' })).toHaveLength(1)
    expect(problemsOf({ PUBLIC_URL: 'https://me:swordfish@lab.example.com' }).join()).not.toContain(
      'swordfish',
    )
  })
})

describe('networks', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['::/0', '::/0'],
    ['127.0.0.1', '127.0.0.1/32'],
    ['fe80::1', 'fe80::1/128'],
    ['10.0.0.0/33', null],
    ['10.0.0/8', null],
    ['lab.example.com', null],
    ['10.0.0.0/', null],
    ['10.0.0.0/08', null],
    ['10.0.0.0/8/8', null],
    ['fe80::1%eth0', null],
  ])('%s', (text, network) => {
    expect(parseNetwork(text)).toBe(network)
  })
})

describe('.env', () => {
  it('reads names and values, quotes and comments', () => {
    expect(readDotEnv('# lab\nA=1\nB="two words"\n\nC=\'#3\' # three\n')).toEqual({
      A: '1',
      B: 'two words',
      C: '#3',
    })
  })

  it('adds to the environment, which counts first; a file that is not there adds nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'boardroom-'))
    try {
      const file = join(folder, '.env')
      expect(await withDotEnv(file, { A: 'environment' })).toEqual({ A: 'environment' })
      await writeFile(file, 'A=file\nB=file\n')
      expect(await withDotEnv(file, { A: 'environment' })).toEqual({ A: 'environment', B: 'file' })
      await expect(withDotEnv(folder, {})).rejects.toBeInstanceOf(ConfigError)
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('has an example that lists every variable once, each with a line about it, and changes nothing', async () => {
    const text = await readFile(join(import.meta.dirname, '../../.env.example'), 'utf8')
    const listed = [...text.matchAll(/^# .+\n([A-Z_]+)=/gm)].map(match => match[1])
    expect(listed.toSorted()).toEqual(VARIABLES.map(({ name }) => name).toSorted())
    expect({ ...readEnvironment(readDotEnv(text)), variables: {} }).toEqual(readEnvironment({}))
  })
})
