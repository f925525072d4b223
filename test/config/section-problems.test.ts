import { describe, expect, it } from 'vitest'
import { wrong } from './read.ts'

const board = (id: string, more = ''): string =>
  `  - {id: ${id}, family: socA, address: ${id}.lab${more === '' ? '' : `, ${more}`}}\n`

describe('what is wrong with a section of boards.yaml', () => {
  it.each([
    ['an unknown section', 'bords: []', ['1:1  bords: unknown key. Did you mean boards?']],
    ['no boards', 'simulated: true', ['1:1  boards: is missing. List the boards of the lab here']],
    [
      'a section of the wrong kind',
      'boards: {}\npeople: []\npdus: no\nfamilies: 3',
      [
        '1:9  boards: expected a list, found keys with values',
        '2:9  people: expected keys with values, found a list',
        '3:7  pdus: expected keys with values, found "no"',
        '4:11  families: expected keys with values, found 3',
      ],
    ],
    [
      'yes, which is no boolean',
      'boards: []\nsimulated: yes',
      ['2:12  simulated: expected true or false, found "yes"'],
    ],
    [
      'settings',
      'boards: []\nsettings: {queue_limt: 1, attempts: 0, retention: 36h, max_disk: 5, time_zone: Mars, lease: 2h, lease_max: 1h, lease_warn: [1]}',
      [
        '2:12  settings.queue_limt: unknown key. Did you mean queue_limit?',
        '2:37  settings.attempts: must be at least 1',
        '2:51  settings.retention: "36h" is no number of whole days. Write it with its unit, such as 7d',
        '2:66  settings.max_disk: 5 is no size. Write a number with its unit, such as 500MB, 100GB or 1GiB',
        '2:80  settings.time_zone: is no time zone; write one such as UTC or Europe/Berlin',
        '2:93  settings.lease: lease (2h) is longer than lease_max (1h)',
        '2:125  settings.lease_warn[0]: 1 is no duration. Write a number with its unit, such as 30s, 5min, 2h or 7d',
      ],
    ],
    [
      'PDUs, in the words of the file though their schemas have others',
      'boards: []\npdus: {a.b: {protocol: htp}, b: {version: 4}, c: {version: 3, user: x}, d: {protocol: http, password: x}, e: {version: 3, user: x, auth_password: short}, f: {type: gude}, g: {version: 1, user: x}, B: {}}',
      [
        '2:24  pdus["a.b"].protocol: there is no power protocol "htp". Did you mean http? There is: snmp, http',
        '2:43  pdus.b.version: 4 is none of 1, 2c, 3',
        '2:50  pdus.c.auth_password: is missing',
        '2:76  pdus.d.user: password needs a user',
        '2:147  pdus.e.auth_password: auth_password needs 8 characters or more',
        '2:158  pdus.f: type gude is not known by name. Give its object identifiers (snmp) or requests (http), or write type: apc',
        '2:188  pdus.g.user: does not go with the other keys here',
        '2:198  pdus.B: is b again',
      ],
    ],
    [
      'a family, told once though many boards have it',
      `boards:\n${board('a')}${board('b')}families: {socA: {limit: none, console: {prot: 1}, archtecture: arm64}, "a b": {}}`,
      [
        '4:26  families.socA.limit: expected a number, found "none"',
        '4:42  families.socA.console.prot: unknown key. Did you mean port?',
        '4:52  families.socA.archtecture: unknown key. Did you mean architecture?',
        '4:73  families["a b"]: a family is letters, digits and . _ - after a first letter or digit, 64 at most',
      ],
    ],
    [
      'people',
      'boards: []\npeople: {admins: mei, operators: ["a b"], team: {}}',
      [
        '2:18  people.admins: expected a list, found "mei"',
        '2:35  people.operators[0]: a person is one name without spaces, such as mei',
        '2:43  people.team: unknown key. Did you mean teams?',
      ],
    ],
  ])('%s', (_, text, problems) => {
    expect(wrong(text)).toEqual(problems)
  })

  it('a misspelt default of a family is one problem: what its boards then lack is not held against them', () => {
    const boards = `boards:\n${board('a', 'console: {host: gate}')}${board('b', 'console: {host: gate}')}`
    expect(wrong(`${boards}families: {socA: {console: {prot: 7000}}}`)).toEqual([
      '4:29  families.socA.console.prot: unknown key. Did you mean port?',
    ])
    expect(wrong(`${boards}families: {socA: {console: {driver: telnt}}}`)).toEqual([
      '4:37  families.socA.console.driver: there is no console driver "telnt". Did you mean telnet? There is: telnet, serial',
    ])
    expect(wrong(`${boards}families: {socA: {console: {port: many}}}`)).toEqual([
      '4:35  families.socA.console.port: expected a number, found "many"',
    ])
    expect(wrong('boards: []\nfamilies: {socA: {console: 3}, socB: 4}')).toEqual([
      '2:28  families.socA.console: expected keys with values, found 3',
      '2:38  families.socB: expected keys with values, found 4',
    ])
  })

  it.each([
    ['equals: 3', 'equals: expected a text, found 3'],
    ['equals: [x]', 'equals: expected a text, found a list'],
    ['equals: {pointr: x}', 'equals.pointr: unknown key. Did you mean pointer?'],
    ['headers: {lower: x}', 'headers.lower: such a key cannot stand here'],
    ['headers: {UPPER: [x]}', 'headers.UPPER: expected a text, found a list'],
  ])('an option of a driver that does not fit: %s', (option, problem) => {
    const [only, ...more] = wrong(`boards: []\npdus: {p: {protocol: http, ${option}}}`)
    expect(more).toEqual([])
    expect(only?.replace(/^\S+ +/, '')).toBe(`pdus.p.${problem}`)
  })

  it.each([
    ['device: ""', 'device: must not be empty'],
    [`device: ${'x'.repeat(21)}`, 'device: needs at most 20 characters'],
    ['device: d, lines: [x]', 'lines: needs at least 2 entries'],
    ['device: d, baud: 1.5', 'baud: expected a whole number, found 1.5'],
    ['device: {}', 'device: expected a text, found keys with values'],
    ['device:', 'device: has no value. Write one, or take the key out'],
    [`device: d, baud: "${'9'.repeat(99)}"`, `baud: expected a number, found "${'9'.repeat(59)}…`],
  ])('a limit of a driver that is passed: %s', (option, problem) => {
    const [only, ...more] = wrong(`boards:\n${board('a', `console: {driver: serial, ${option}}`)}`)
    expect(more).toEqual([])
    expect(only?.replace(/^\S+ +/, '')).toBe(`boards[0].console.${problem}`)
  })
})
