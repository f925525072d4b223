import { describe, expect, it } from 'vitest'
import { effectiveSettings, readEnvironment, SettingsSchema } from '../../src/config/index.ts'
import { flatLines, labText } from './lab-writer.ts'
import { read } from './read.ts'

describe('the rich form', () => {
  const RICH = `
simulated: true
settings:
  queue_limit: 5
  test_timeout: 10min
  lease_warn: [5min, 30s]
  max_disk: 20GB
  log_limit: 2MiB
  retention: 14d
  time_zone: Europe/Berlin
families:
  socA:
    limit: 2
    architecture: arm64
    peripherals: [can, usb]
    boot_timeout: 40s
    console: {port: 7000, username: root, login_timeout: 8s}
  spare:
boards:
  - id: soc-a-001
    name: First of its kind
    family: socA
    site: hall 3
    serial_number: 022
    type: devkit
    consoles:
      - {host: gate, password: "0123", command_timeout: 1min}
      - {name: uart1, driver: serial, device: /dev/ttyUSB0}
    power: {pdu: PDU-A, outlet: 3}
    peripherals: []
    labels: {Rack_No: 4, team: kernel}
    group: night
  - id: soc-a-002
    family: socA
    architecture: armv7
    console: {host: gate, port: 7002, connect_timeout: 1s}
    power: {pdu: pdu-b, outlet: 3}
pdus:
  pdu-a: {version: 3, user: lab, auth_password: "\${PDU_KEY}"}
  pdu-b: {type: gude, protocol: http, tls: true, on: {path: /on}}
people:
  admins: ["@mei", ops]
  operators: ["jin", "@jin"]
  teams: {kernel: [mei, "@li"]}
`
  const inventory = read(RICH, { PDU_KEY: 'eight chars' })

  it('gives boards what their family says, and their own first', () => {
    const [first, second] = inventory.boards
    expect(first).toMatchObject({
      name: 'First of its kind',
      architecture: 'arm64',
      peripherals: [],
      bootTimeoutMs: 40_000,
      serialNumber: '022',
      labels: { Rack_No: '4', team: 'kernel' },
      group: 'night',
    })
    expect(first?.consoles).toMatchObject([
      {
        name: 'main',
        where: 'telnet gate:7000',
        login: { username: 'root', password: '0123' },
        loginTimeoutMs: 8000,
        commandTimeoutMs: 60_000,
      },
      {
        name: 'uart1',
        where: 'serial /dev/ttyUSB0',
        login: { username: 'root' },
        options: { baud: 115_200 },
      },
    ])
    expect(second).toMatchObject({ architecture: 'armv7', peripherals: ['can', 'usb'] })
    expect(second?.consoles).toMatchObject([
      { where: 'telnet gate:7002', options: { connectTimeoutMs: 1000 } },
    ])
    expect(inventory.families['socA']).toEqual({ name: 'socA', limit: 2, architecture: 'arm64' })
    expect(Object.keys(inventory.families)).toEqual(['socA', 'spare'])
  })

  it('finds PDUs by name, in either case, with the options of their protocol', () => {
    expect(inventory.boards.map(({ power }) => power)).toMatchObject([
      {
        driver: 'snmp',
        pdu: 'pdu-a',
        options: { version: '3', user: 'lab', authPassword: 'eight chars', port: 161 },
      },
      { driver: 'http', pdu: 'pdu-b', options: { tls: true, on: { method: 'POST', path: '/on' } } },
    ])
    expect(inventory.boards.some(({ power }) => power?.assumed)).toBe(false)
  })

  it('finds the driver of a PDU by its type, where there is one for that make, else by its protocol', () => {
    const { boards } = read(`boards:
  - {id: a, family: f, address: a, power: {pdu: one, outlet: 1}}
  - {id: b, family: f, address: b, power: {pdu: two, outlet: 1}}
  - {id: c, family: f, address: c, power: {pdu: three, outlet: 1, type: gude}}
pdus: {one: {type: http}, two: {type: http, protocol: snmp, oids: {control: "1"}}, three: {type: gude, oids: {control: "1.2"}}}
`)
    expect(boards.map(({ power }) => power?.driver)).toEqual(['http', 'snmp', 'snmp'])
  })

  it('reads settings with their units, and people without their @', () => {
    expect(inventory.settings).toEqual({
      ...SettingsSchema.parse({}),
      queueLimit: 5,
      testTimeoutMs: 600_000,
      leaseWarnMs: [300_000, 30_000],
      maxDiskBytes: 20_000_000_000,
      logLimitBytes: 2 * 2 ** 20,
      retentionDays: 14,
      timeZone: 'Europe/Berlin',
    })
    expect(inventory.people).toEqual({
      admins: ['mei', 'ops'],
      operators: ['jin'],
      teams: { kernel: ['mei', 'li'] },
    })
    expect(inventory).toMatchObject({ simulated: true, secrets: ['eight chars'] })
  })

  it('lets the environment beat its settings (design 10)', () => {
    const environment = readEnvironment({ ARTIFACT_RETENTION_DAYS: '2', MAX_DISK_USAGE_GB: '1' })
    expect(effectiveSettings(inventory.settings, environment)).toEqual({
      ...inventory.settings,
      retentionDays: 2,
      maxDiskBytes: 1e9,
    })
    expect(effectiveSettings(inventory.settings, readEnvironment({}))).toEqual(inventory.settings)
  })

  it('follows aliases and merges, what a board says itself first', () => {
    const { boards } = read(`
x-defaults: &defaults
  family: socA
  site: hall 1
  power: &power {pdu: p, outlet: 1}
boards:
  - {<<: *defaults, id: a, address: h1}
  - <<: [{site: hall 2}, *defaults]
    id: b
    address: h2
    power: {<<: *power, outlet: 2}
`)
    expect(boards).toMatchObject([
      { id: 'a', family: 'socA', site: 'hall 1', power: { where: 'p outlet 1' } },
      { id: 'b', family: 'socA', site: 'hall 2', power: { where: 'p outlet 2' } },
    ])
  })

  it('takes an alias for the last anchor of that name before it', () => {
    const text =
      'x-a: &x {b: &y one}\nx-b: &y two\nx-c: *x\nboards:\n  - {id: a, family: f, address: h, site: *y}\n'
    expect(read(text).boards[0]?.site).toBe('two')
  })

  it('finds no family by a word that every object knows', () => {
    expect(inventory.families['constructor']).toBeUndefined()
    expect('__proto__' in inventory.families).toBe(false)
  })

  it('reads 2,000 boards, each its own', () => {
    const boards = Array.from({ length: 2000 }, (_, index) =>
      flatLines({
        id: `b${index}`,
        family: 'socA',
        address: `10.0.${index >> 8}.${index & 255}`,
        pdu: 'p',
        outlet: index + 1,
      }),
    )
    expect(new Set(read(labText(boards)).boards.map(({ power }) => power?.where)).size).toBe(2000)
  })
})

describe('settings', () => {
  it('are the numbers of requirements.md when nothing is said', () => {
    expect(SettingsSchema.parse({})).toMatchObject({
      queueLimit: 50,
      attempts: 3,
      sameBoardRetryMs: 30_000,
      testTimeoutMs: 1_800_000,
      leaseMs: 1_800_000,
      leaseWarnMs: [600_000, 120_000],
      handoverCheckMs: 10_000,
      boardFailuresLimit: 3,
      boardFailuresWindowMs: 86_400_000,
      waitAlertMs: 1_800_000,
      livenessMs: 5000,
      powerCycleDelayMs: 5000,
      recoveryCooldownMs: 900_000,
      recovery: { steps: ['console', 'reset', 'power'], mostInADay: 4 },
      retentionDays: 7,
      rollupDays: 400,
      maxDiskBytes: 100_000_000_000,
      logLimitBytes: 1_073_741_824,
    })
  })
})
