import { ConfigError } from '../errors.ts'
import { httpNotes, httpRows } from './describe-http.ts'
import type { BoardConfig, Environment, Inventory, PeopleConfig } from './types.ts'

// docs.slack.dev, reference/objects/user-object: W in an enterprise.
const MEMBER_ID = /^[UW][A-Z0-9]{2,}$/

export type CheckResult = {
  ok: boolean
  /** What `boardroom check` prints, one entry a line. */
  lines: string[]
}

/** Both are looked at, so that one run of `check` shows everything that is wrong. */
export function describeCheck(
  environment: Environment | ConfigError,
  inventory: Inventory | ConfigError,
): CheckResult {
  if (environment instanceof ConfigError || inventory instanceof ConfigError) {
    const wrong = [environment, inventory].filter(result => result instanceof ConfigError)
    return { ok: false, lines: wrong.flatMap(describeProblems) }
  }
  const lines = [
    ...describeEnvironment(environment),
    ...describeInventory(inventory),
    ...strangersOn(environment, inventory),
    ...linksOf(environment),
    ...httpNotes(environment, inventory).map(note => `Note: ${note}`),
  ]
  return { ok: true, lines }
}

/** Those whom boards.yaml names, and Slack does not know: a role is given by what never changes there (S3). */
function strangersOn({ slack }: Environment, { people }: Inventory): string[] {
  if (slack === null) return []
  const named = [...people.admins, ...people.operators].filter(entry => !MEMBER_ID.test(entry))
  if (named.length === 0) return []
  const who = [...new Set(named)].map(name => `@${name}`).join(', ')
  return [
    `Note: ${who}: names count at the terminal only. In Slack people are known by member id, such as U0123ABCD (docs/slack.md).`,
  ]
}

/** Addresses that mean another machine, or none, on the machines of those who click. */
const OWN = /^(localhost|127\.[\d.]+|0\.0\.0\.0|\[::1?\])$/

function linksOf({ slack, publicUrl }: Environment): string[] {
  if (slack === null || !OWN.test(new URL(publicUrl).hostname)) return []
  return [
    `Note: links that people get in Slack begin with ${publicUrl}, which no other machine can open. Set PUBLIC_URL to an address that theirs know, and HOST so that it is listened on, such as 0.0.0.0.`,
  ]
}

export function describeProblems({ problems, hint }: ConfigError): string[] {
  return [...problems, `${count(problems.length, 'problem')}. ${hint}`, '']
}

export function describeEnvironment(environment: Environment): string[] {
  const { chat, dataDir, artifactDir } = environment
  return [
    'Environment',
    ...columns([
      ['chat', chat],
      ...slackRows(environment),
      ...httpRows(environment),
      ['data', dataDir],
      ['artifacts', artifactDir],
    ]),
    '',
  ]
}

/** What is set, never what it is: nothing is asked of Slack. */
function slackRows({ slack, publicUrl }: Environment): string[][] {
  if (slack === null) return []
  const { mode, home, apiUrl, commands } = slack
  const https = publicUrl.startsWith('https:') ? '' : ' (it calls https alone: set PUBLIC_URL)'
  const ways = {
    socket: 'socket mode: bot and app token are set',
    http: `HTTP: bot token and signing secret are set; Slack calls ${publicUrl}/webhooks/slack${https}`,
  }
  const slashes = { all: '/lab, /run-test, /lease, /power', lab: '/lab alone' }
  return [
    ['Slack', ways[mode]],
    ['home channel', home ?? 'none: alerts are told to nobody (SLACK_CHANNEL)'],
    ['slash', slashes[commands as keyof typeof slashes] ?? `as all, each name begun with ${commands}`],
    ...(apiUrl === null ? [] : [['Slack API', apiUrl]]),
  ]
}

/** The lab by family and site, its PDUs and people, and what is missing that people usually want. */
export function describeInventory(inventory: Inventory): string[] {
  const { file, boards, people, simulated } = inventory
  const sites = new Set(boards.map(({ site }) => site))
  const families = Object.keys(inventory.families).toSorted()
  const sum = `${count(boards.length, 'board')} of ${count(families.length, 'family', 'families')} at ${count(sites.size, 'site')}`
  return [
    `${file} is right: ${sum}.${simulated ? ' Its boards are simulated.' : ''}`,
    ...families.flatMap(name => describeFamily(name, inventory)),
    ...describePdus(boards),
    'People',
    ...columns(peopleRows(people)),
    '',
    ...notes(inventory).map(note => `Note: ${note}`),
    ...warningsOf(inventory).map(warning => `Warning: ${warning}`),
  ]
}

function describeFamily(name: string, { families, boards }: Inventory): string[] {
  const own = boards.filter(({ family }) => family === name)
  const limit = families[name]?.limit ?? null
  const most = limit === null ? '' : `, at most ${count(limit, 'test')} at once`
  const sites = [...new Set(own.map(({ site }) => site))].toSorted()
  return [
    `Family ${name}: ${count(own.length, 'board')}${most}`,
    ...columns(sites.flatMap(site => own.filter(board => board.site === site).map(boardRow))),
    '',
  ]
}

function boardRow(board: BoardConfig): string[] {
  const consoles = board.consoles
    .map(({ where, purpose }) => (purpose === undefined ? where : `${where} (${purpose})`))
    .join(', ')
  return [board.site, board.id, board.revision ?? '', consoles, board.power?.where ?? 'no power control']
}

function describePdus(boards: readonly BoardConfig[]): string[] {
  const outlets = new Map<string, { driver: string; assumed: boolean; numbers: number[] }>()
  for (const { power } of boards) {
    if (power === null) continue
    const { driver, pdu, outlet, assumed = false } = power
    outlets.set(pdu, { driver, assumed, numbers: [...(outlets.get(pdu)?.numbers ?? []), outlet] })
  }
  if (outlets.size === 0) return []
  const rows = [...outlets].map(([pdu, { driver, assumed, numbers }]) => [
    pdu,
    driver,
    `${numbers.length === 1 ? 'outlet' : 'outlets'} ${numbers.toSorted((a, b) => a - b).join(', ')}`,
    assumed ? 'not in section pdus: taken for an APC with its usual settings' : '',
  ])
  return ['PDUs', ...columns(rows), '']
}

function peopleRows({ admins, operators, teams }: PeopleConfig): string[][] {
  const named = [
    ['admins', admins],
    ['operators', operators],
    ...Object.entries(teams).map(([team, names]) => [`team ${team}`, names] as const),
  ] as const
  const rows = named.filter(([, names]) => names.length > 0)
  if (rows.length === 0) return [['nobody is named']]
  return rows.map(([what, names]) => [what, names.map(name => `@${name}`).join(' ')])
}

function notes({ boards, people, families }: Inventory): string[] {
  const unpowered = boards.filter(({ power }) => power === null).map(({ id }) => id)
  const unused = Object.keys(families).filter(name => boards.every(({ family }) => family !== name))
  return [
    ...(boards.length === 0 ? ['there are no boards yet.'] : []),
    ...(people.admins.length + people.operators.length === 0
      ? ['no roles are configured: everybody has every role. Name people under people: admins and operators.']
      : []),
    ...(people.admins.length === 0 && people.operators.length > 0
      ? ['there are operators, and nobody is admin.']
      : []),
    ...(unpowered.length > 0
      ? [`without power control, so no recovery by power cycle: ${unpowered.join(', ')}.`]
      : []),
    ...unused.map(name => `family ${name} has no boards.`),
  ]
}

/** What is right as it is written, and will not do what whoever wrote it meant. */
export function warningsOf({ file, boards }: Inventory): string[] {
  const mute = boards.filter(({ sysrq, consoles: [main] }) => sysrq === true && main.hasBreak === false)
  return [...Map.groupBy(mute, board => board.sysrqLine ?? board.line)].map(([line, which]) => {
    const ways = [...new Set(which.map(({ consoles: [main] }) => main.driver))].join(' and ')
    return (
      `${file}:${line}: sysrq: true has no effect on ${which.map(({ id }) => id).join(', ')}: ` +
      `${ways} consoles cannot send a break. Reach the console by telnet, rfc2217 or serial, or take sysrq out.`
    )
  })
}

function count(amount: number, one: string, many = `${one}s`): string {
  return `${amount} ${amount === 1 ? one : many}`
}

/** Indented, each column as wide as its widest cell. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, index) => Math.max(cell.length, widest[index] ?? 0)),
    [],
  )
  return rows.map(row =>
    `  ${row.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join('  ')}`.trimEnd(),
  )
}
