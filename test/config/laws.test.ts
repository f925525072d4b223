import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agreeingBoards, flatLines, labText } from './lab-writer.ts'
import { problemsOf, read, wrong } from './read.ts'

const LETTERS = [...'abcdefghijklmnopqrstuvwxyz_']

/** One slip of the fingers: a letter dropped, doubled, changed, or swapped with the next. */
function slip(key: string, at: number, kind: number, letter: string): string {
  const letters = [...key]
  const here = letters[at] ?? ''
  if (kind === 0) letters.splice(at, 1)
  if (kind === 1) letters.splice(at, 0, here)
  if (kind === 2) letters[at] = letter
  if (kind === 3) letters.splice(at, 2, ...letters.slice(at, at + 2).toReversed())
  return letters.join('')
}

/** Files whose every key may be misspelt, and none of whose keys is another's misspelling. */
const FILES = [
  `boards:
  - board_id: soc-b-001
    soc_family: socB
    soc_revision: rev1
    board_ip: 10.1.2.101
    telnet_port: 23
    pdu_host: pdu-b.lab.local
    pdu_outlet: 1
    lab_location: "Lab Site B"
    telnet_username: admin
    telnet_password: secret
`,
  `simulated: true
settings:
  queue_limit: 5
  same_board_retry: 30s
  log_limit: 1GiB
families:
  - limit: 1
`.replace('  - limit: 1\n', '  socA:\n    limit: 1\n    architecture: arm64\n') +
    `boards:
  - id: a
    family: socA
    serial_number: x1
    boot_timeout: 1min
    consoles:
      - name: main
        driver: telnet
        host: gate
        port: 7001
        password: x
        login_timeout: 5s
        connect_timeout: 5s
    power:
      pdu: pdu-a
      outlet: 1
    peripherals: []
pdus:
  pdu-a:
    protocol: snmp
    community: x
    oids:
      control: "1.2"
      state: "1.3"
people:
  admins: []
  operators: []
`,
]
const FREE_KEYS = new Set(['socA', 'pdu-a'])

describe('laws', () => {
  it('any single misspelt key is found, with its line and column and the key that was meant, and nothing else is said', () => {
    const slips = fc.record({
      file: fc.constantFrom(...FILES),
      line: fc.nat({ max: 1000 }),
      at: fc.nat({ max: 1000 }),
      kind: fc.nat({ max: 3 }),
      letter: fc.constantFrom(...LETTERS),
    })
    fc.assert(
      fc.property(slips, ({ file, line, at, kind, letter }) => {
        const lines = file.trimEnd().split('\n')
        const index = line % lines.length
        const match = /^( *(?:- )?)([a-z_A-Z-]+):/.exec(lines[index] ?? '')
        const [, indent = '', key = ''] = match ?? []
        fc.pre(!FREE_KEYS.has(key))
        const typed = slip(key, at % key.length, kind, letter)
        fc.pre(typed !== '' && typed !== key && !FILES.some(text => new RegExp(`\\b${typed}:`).test(text)))
        // Keys that no file above has, and what is as near to one of those as to the one that was meant.
        fc.pre(
          ![
            'board_id',
            'board_ip',
            'console',
            'type',
            'site',
            'team',
            'on',
            'telnet_hort',
            'telnet_post',
          ].includes(typed),
        )
        lines[index] = (lines[index] ?? '').replace(`${indent}${key}:`, `${indent}${typed}:`)
        const problems = wrong(lines.join('\n'))
        expect(problems).toEqual([expect.stringContaining(`${typed}: unknown key. Did you mean ${key}?`)])
        expect(problems[0]).toMatch(new RegExp(`^${index + 1}:${indent.length + 1} `))
      }),
      { numRuns: 400 },
    )
  })

  type Fault = {
    name: string
    plant(lines: readonly string[], index: number): string[]
    line(lines: readonly string[]): number
  }
  const replaced = (key: string, value: string): Fault => ({
    name: `${key}: ${value}`,
    plant: lines => [...lines.filter(line => !line.trim().startsWith(`${key}:`)), `    ${key}: ${value}`],
    line: lines => lines.length - 1,
  })
  const first = (plant: Fault['plant'], name: string): Fault => ({ name, plant, line: () => 0 })
  const FAULTS: Fault[] = [
    replaced('telent_port', '7'),
    replaced('soc_revision', '[]'),
    replaced('boot_timeout', '30'),
    replaced('telnet_port', 'ninety'),
    replaced('telnet_password', '${UNSET}'),
    replaced('pdu_type', 'gude'),
    replaced('serial_number', ''),
    { ...replaced('peripherals', '[]\n    peripherals: []'), line: lines => lines.length },
    first(
      lines => lines.map(line => line.replace(/board_id: .*/, 'board_id: first')),
      'the id of the first board',
    ),
    first(
      (lines, index) => lines.map(line => line.replace(/board_id: .*/, `board_id: ${RESERVED[index] ?? ''}`)),
      'a reserved id',
    ),
    first(lines => lines.filter(line => !line.includes('soc_family')), 'no family'),
    {
      ...replaced('board_ip', '10.9.9.9\n    telnet_port: 23'),
      plant: lines => [...lines.filter(line => !/board_ip|telnet_port/.test(line)), '    board_ip: 10.9.9.9'],
      name: 'the console of the first board',
    },
    {
      name: 'the outlet of the first board',
      plant: lines => [
        ...lines.filter(line => !line.includes('pdu_')),
        '    pdu_host: first-pdu',
        '    pdu_outlet: 1',
      ],
      line: lines => lines.length - 1,
    },
  ]
  const RESERVED = ['on', 'off', 'cycle', 'status', 'show', 'log']
  const FIRST = [
    '  - board_id: first',
    '    soc_family: socA',
    '    board_ip: 10.9.9.9',
    '    pdu_host: first-pdu',
    '    pdu_outlet: 1',
  ]

  it('there are as many problems as faults were planted, each on its line: shape and cross-checks in one run', () => {
    const plans = agreeingBoards(1, 6).chain(boards =>
      fc.record({
        boards: fc.constant(
          boards.map(board => ({ ...board, pdu: 'p', outlet: Number(board.id.slice(6)) + 1 })),
        ),
        faults: fc.array(fc.option(fc.constantFrom(...FAULTS)), {
          minLength: boards.length,
          maxLength: boards.length,
        }),
        section: fc.boolean(),
      }),
    )
    fc.assert(
      fc.property(plans, ({ boards, faults, section }) => {
        const written: string[] = ['boards:', ...FIRST]
        const expected: number[] = []
        for (const [index, board] of boards.entries()) {
          const lines = flatLines(board)
          const fault = faults[index] ?? null
          const planted = fault === null ? lines : fault.plant(lines, index)
          if (fault !== null) expected.push(written.length + fault.line(planted) + 1)
          written.push(...planted.flatMap(line => line.split('\n')))
        }
        if (section) expected.push(written.push('settngs: {}'))
        expect(wrong(written.join('\n')).map(problem => Number(problem.split(':')[0]))).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })

  it('reads a file or says what is wrong with it, each with its place, whatever the text', () => {
    const words = [
      'boards:',
      '- ',
      '\n',
      '\n  ',
      '\n    ',
      '\t',
      'id: a',
      'family: b',
      '&a ',
      '*a',
      '<<: ',
      '{',
      '}',
      '[',
      ']',
      ': ',
      ', ',
      '${A}',
      '${',
      '"',
      "'",
      '|',
      '>',
      '? ',
      '!!x ',
      '#',
      '---\n',
      '%YAML 1.1\n',
      'null',
      '0x1',
      '.inf',
      '\uFEFF',
      '\0',
      'address: h',
      'pdus:',
      'power:',
      'consoles:',
      'settings:',
      '__proto__: ',
      '@',
      '`',
    ]
    const [flat = ''] = FILES
    const damaged = fc
      .array(
        fc.record({
          at: fc.nat({ max: flat.length }),
          drop: fc.nat({ max: 3 }),
          put: fc.constantFrom(...words),
        }),
        { maxLength: 4 },
      )
      .map(cuts =>
        cuts.reduce((text, { at, drop, put }) => text.slice(0, at) + put + text.slice(at + drop), flat),
      )
    const texts = fc.oneof(
      fc.string(),
      fc.array(fc.constantFrom(...words), { maxLength: 30 }).map(list => list.join('')),
      damaged,
      damaged,
    )
    fc.assert(
      fc.property(texts, text => {
        for (const problem of problemsOf(text))
          expect(problem).toMatch(/^boards\.yaml:[1-9]\d*:[1-9]\d* {2,}\S/)
      }),
      { numRuns: 1000 },
    )
  })

  it('does not depend on the order in which boards that are right are written', () => {
    fc.assert(
      fc.property(
        agreeingBoards(1, 5).chain(boards =>
          fc.tuple(fc.constant(boards), fc.shuffledSubarray(boards, { minLength: boards.length })),
        ),
        ([boards, shuffled]) => {
          const byId = (text: string): unknown[] =>
            read(text)
              .boards.map(found => ({ ...found, line: 0 }))
              .toSorted((a, b) => (a.id < b.id ? -1 : 1))
          expect(byId(labText(shuffled.map(flatLines)))).toEqual(byId(labText(boards.map(flatLines))))
        },
      ),
      { numRuns: 100 },
    )
  })
})
