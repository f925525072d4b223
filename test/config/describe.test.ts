import { describe, expect, it } from 'vitest'
import {
  type DriverSchemas,
  describeCheck,
  describeEnvironment,
  describeInventory,
  readEnvironment,
  readInventory,
  warningsOf,
} from '../../src/config/index.ts'
import { ConfigError } from '../../src/errors.ts'
import { consoleDrivers } from '../../src/hardware/console/index.ts'
import { drivers } from './drivers.ts'
import { read } from './read.ts'

const LAB = `
families:
  socA: {limit: 1}
  socC:
boards:
  - {id: soc-a-001, family: socA, revision: rev2, site: Lab Site A, address: 10.1.1.1, power: {pdu: pdu-a, outlet: 2}}
  - {id: soc-b-001, family: socB, site: Lab Site B, address: 10.1.2.1, power: {pdu: pdu-b, outlet: 1}}
  - {id: soc-a-002, family: socA, site: Hall, console: {host: gate, port: 7002, password: "\${PW}"}}
  - {id: soc-a-003, family: socA, revision: rev2, site: Lab Site A, address: 10.1.1.3, power: {pdu: pdu-a, outlet: 1}}
pdus:
  pdu-a: {version: 2c}
people:
  operators: [ops]
  teams: {kernel: [mei, li]}
`

const real = { ...drivers, console: consoleDrivers } as unknown as DriverSchemas

describe('boardroom check', () => {
  it('shows the lab by family and site, its PDUs and people, and what is missing', () => {
    expect(describeInventory(read(LAB, { PW: 'swordfish' }))).toEqual([
      'boards.yaml is right: 4 boards of 3 families at 3 sites.',
      'Family socA: 3 boards, at most 1 test at once',
      '  Hall        soc-a-002        telnet gate:7002    no power control',
      '  Lab Site A  soc-a-001  rev2  telnet 10.1.1.1:23  pdu-a outlet 2',
      '  Lab Site A  soc-a-003  rev2  telnet 10.1.1.3:23  pdu-a outlet 1',
      '',
      'Family socB: 1 board',
      '  Lab Site B  soc-b-001    telnet 10.1.2.1:23  pdu-b outlet 1',
      '',
      'Family socC: 0 boards',
      '',
      'PDUs',
      '  pdu-a  snmp  outlets 1, 2',
      '  pdu-b  snmp  outlet 1      not in section pdus: taken for an APC with its usual settings',
      '',
      'People',
      '  operators    @ops',
      '  team kernel  @mei @li',
      '',
      'Note: there are operators, and nobody is admin.',
      'Note: without power control, so no recovery by power cycle: soc-a-002.',
      'Note: family socC has no boards.',
    ])
  })

  it('warns where SysRq is allowed on a board whose first console has no break, with the line that says so', () => {
    const text = `
families:
  socA: {sysrq: true}
boards:
  - {id: a1, family: socA, address: 10.1.1.1}
  - {id: a2, family: socA, console: {driver: tcp, host: gate, port: 7002}}
  - {id: a3, family: socA, console: {driver: tcp, host: gate, port: 7003}}
  - {id: a4, family: socA, sysrq: false, console: {driver: tcp, host: gate, port: 7004}}
  - {id: b1, family: socB, sysrq: true, console: {driver: tcp, host: gate, port: 7005}}
`
    const lab = readInventory({ file: 'boards.yaml', text, variables: {}, drivers: real })
    const said = (line: number, boards: string): string =>
      `boards.yaml:${line}: sysrq: true has no effect on ${boards}: tcp consoles cannot send a break. ` +
      'Reach the console by telnet, rfc2217 or serial, or take sysrq out.'
    expect(warningsOf(lab)).toEqual([said(3, 'a2, a3'), said(9, 'b1')])
    expect(describeInventory(lab)).toContain(`Warning: ${said(3, 'a2, a3')}`)
    expect(warningsOf(read(LAB, { PW: 'swordfish' }))).toEqual([])
  })

  it('says that everybody has every role where none are configured (S3), and that a lab is simulated', () => {
    const lines = describeInventory(read('simulated: true\nboards: []\n'))
    expect(lines).toContain(
      'boards.yaml is right: 0 boards of 0 families at 0 sites. Its boards are simulated.',
    )
    expect(lines).toContain('  nobody is named')
    expect(lines).toContainEqual(expect.stringContaining('everybody has every role'))
  })

  it('is right when both are, and shows neither secrets nor a word of what was wrong', () => {
    const variables = {
      PW: 'swordfish',
      JENKINS_WEBHOOK_SECRET: 'open sesame, open sesame',
      TRUSTED_NETWORKS: '10.0.0.0/8',
    }
    const result = describeCheck(readEnvironment(variables), read(LAB, variables))
    expect(result.ok).toBe(true)
    expect(result.lines.slice(0, 8)).toEqual([
      'Environment',
      '  chat           terminal',
      '  HTTP           127.0.0.1 port 8080, links begin with http://127.0.0.1:8080',
      '  keys           none (API_KEYS)',
      '  without a key  this machine, 10.0.0.0/8',
      '  Jenkins        calls http://127.0.0.1:8080/webhooks/jenkins; its secret is set',
      '  data           data',
      '  artifacts      data/artifacts',
    ])
    expect(result.lines.join('\n')).not.toMatch(/swordfish|sesame/)
  })

  it('says what of Slack is set up, and shows none of its secrets', () => {
    const tokens = { SLACK_BOT_TOKEN: 'xoxb-swordfish', SLACK_APP_TOKEN: 'xapp-swordfish' }
    expect(describeEnvironment(readEnvironment(tokens)).slice(1, 5)).toEqual([
      '  chat           slack',
      '  Slack          socket mode: bot and app token are set',
      '  home channel   none: alerts are told to nobody (SLACK_CHANNEL)',
      '  slash          /lab, /run-test, /lease, /power',
    ])
    const http = {
      ...{ SLACK_MODE: 'http', SLACK_BOT_TOKEN: 'xoxb-swordfish', SLACK_SIGNING_SECRET: 'swordfish' },
      ...{ SLACK_CHANNEL: 'C0123ABCD', SLACK_COMMANDS: 'soc-', PUBLIC_URL: 'https://lab.example.com' },
      SLACK_API_URL: 'http://127.0.0.1:9100/api',
    }
    const lines = describeEnvironment(readEnvironment(http))
    expect(lines.slice(2, 6)).toEqual([
      '  Slack          HTTP: bot token and signing secret are set; Slack calls https://lab.example.com/webhooks/slack',
      '  home channel   C0123ABCD',
      '  slash          as all, each name begun with soc-',
      '  Slack API      http://127.0.0.1:9100/api/',
    ])
    expect(lines.join()).not.toContain('swordfish')
    const inside = describeEnvironment(readEnvironment({ ...http, PUBLIC_URL: 'http://lab:8080' }))
    expect(inside[2]).toContain('(it calls https alone: set PUBLIC_URL)')
  })

  it('S3 says which of the people with a role have none in Slack', () => {
    const tokens = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' }
    const people = 'admins: [U0123ABCD, ada]\n  operators: ["@ops", W0123ABCD]'
    const lab = LAB.replace('operators: [ops]', people)
    const note = (variables: Record<string, string>): readonly string[] =>
      describeCheck(readEnvironment(variables), read(lab, { PW: 'x' })).lines.filter(line =>
        line.includes('member id'),
      )
    expect(note(tokens)).toEqual([
      'Note: @ada, @ops: names count at the terminal only. In Slack people are known by member id, such as U0123ABCD (docs/slack.md).',
    ])
    expect(note({})).toEqual([])
  })

  it.each([
    [{}, 'http://127.0.0.1:8080'],
    [{ HOST: '0.0.0.0' }, 'http://0.0.0.0:8080'],
    [{ HOST: '::1' }, 'http://[::1]:8080'],
    [{ PUBLIC_URL: 'http://localhost:9000' }, 'http://localhost:9000'],
    [{ HOST: '10.1.2.3' }, null],
    [{ PUBLIC_URL: 'https://lab.example.com' }, null],
  ])('says of links into Slack that nobody else could open: %o', (more, link) => {
    const tokens = { SLACK_BOT_TOKEN: 'xoxb-1', SLACK_APP_TOKEN: 'xapp-1' }
    const notes = (variables: Record<string, string>): readonly string[] =>
      describeCheck(readEnvironment(variables), read(LAB, { PW: 'x' })).lines.filter(line =>
        line.startsWith('Note: links'),
      )
    const words = `Note: links that people get in Slack begin with ${link}, which no other machine can open.`
    expect(notes({ ...tokens, ...more })).toEqual(link === null ? [] : [expect.stringContaining(words)])
    expect(notes(more)).toEqual([])
  })

  it('shows everything that is wrong with either in one run, and what to do', () => {
    const environment = new ConfigError(['PORT: "x" must be a whole number.'], 'Correct it.')
    const inventory = new ConfigError(['boards.yaml:1:1  a', 'boards.yaml:2:1  b'], 'Correct the file.')
    expect(describeCheck(environment, inventory)).toEqual({
      ok: false,
      lines: [
        'PORT: "x" must be a whole number.',
        '1 problem. Correct it.',
        '',
        'boards.yaml:1:1  a',
        'boards.yaml:2:1  b',
        '2 problems. Correct the file.',
        '',
      ],
    })
    expect(describeCheck(readEnvironment({}), inventory).lines).toEqual(
      describeCheck(inventory, inventory).lines.slice(4),
    )
  })
})
