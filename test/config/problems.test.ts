import { describe, expect, it } from 'vitest'
import { problemsOf, read, wrong } from './read.ts'

const board = (id: string, more = ''): string =>
  `  - {id: ${id}, family: socA, address: ${id}.lab${more === '' ? '' : `, ${more}`}}\n`

describe('what is wrong with boards.yaml', () => {
  it('is told in the words of experience.md, in columns, by line', () => {
    const text = `boards:
  - board_id: soc-a-001
    soc_family: socA
    board_ip: 10.1.1.1
    pdu_host: pdu-a.lab.local
    pdu_outlet: 1
  - board_id: soc-a-002
    soc_family: socA
    board_ip: 10.1.1.2
    telent_port: 23
    pdu_host: pdu-a.lab.local
    pdu_outlet: 1
`
    expect(problemsOf(text)).toEqual([
      'boards.yaml:10:5   boards[1].telent_port: unknown key. Did you mean telnet_port?',
      "boards.yaml:12:17  boards[1].pdu_outlet: outlet 1 of pdu-a.lab.local is already soc-a-001's (line 6)",
    ])
  })

  it('says what to do next, and names the file as the user did', () => {
    expect(() => read('')).toThrow(
      expect.objectContaining({
        hint: 'Correct boards.yaml, then try it with: boardroom check boards.yaml',
        code: 'config',
      }),
    )
  })

  it.each([
    [
      'a duplicate id',
      board('a') + board('a').replace('a.lab', 'b.lab'),
      ['3:10  boards[1].id: there is a board a already (line 2). Choose another id'],
    ],
    [
      'two boards on one console, in either spelling',
      `${board('a')}  - {board_id: b, soc_family: socA, board_ip: c, telnet_host: a.lab, telnet_port: 23}\n`,
      ['3:83  boards[1].telnet_port: telnet a.lab:23 is already the console of a (line 2)'],
    ],
    [
      'a board with one console twice',
      '  - {id: a, family: f, consoles: [{host: h}, {host: h, name: main}]}\n',
      [
        '2:53  boards[0].consoles[1].host: telnet h:23 is already the console of a (line 2)',
        '2:62  boards[0].consoles[1].name: this board has a console "main" already. Give this one another name',
      ],
    ],
    [
      'two boards on one outlet, the PDU in either case',
      board('a', 'power: {pdu: P, outlet: 1}') + board('b', 'pdu_host: p, pdu_outlet: 1'),
      ["3:68  boards[1].pdu_outlet: outlet 1 of p is already a's (line 2)"],
    ],
    [
      'an id that is a verb',
      board('extend'),
      ['2:10  boards[0].id: "extend" is a word of the commands. Choose another id'],
    ],
    [
      'an id that is a family',
      board('a') + board('soca'),
      ['3:10  boards[1].id: "soca" is the name of a family (line 2). Choose another id'],
    ],
    [
      'a family that is a verb, once for all its boards',
      board('a').replace('socA', 'list') + board('b').replace('socA', 'list'),
      [
        '2:21  boards[0].family: "list" is a word of the commands, so nobody could ask for such a family. Choose another name',
      ],
    ],
    [
      'an id with capitals',
      board('A1'),
      [
        '2:10  boards[0].id: an id is small letters, digits and . _ - after a first letter or digit, 64 at most',
      ],
    ],
    [
      'a value of the wrong kind',
      board('a', 'peripherals: can'),
      ['2:56  boards[0].peripherals: expected a list, found "can"'],
    ],
    [
      'a duration without a unit',
      board('a', 'boot_timeout: 30'),
      [
        '2:57  boards[0].boot_timeout: 30 is no duration. Write a number with its unit, such as 30s, 5min, 2h or 7d',
      ],
    ],
    ['a limit passed', board('a', 'boot_timeout: 2h'), ['2:57  boards[0].boot_timeout: must be at most 1h']],
    [
      'an unknown console driver',
      '  - {id: a, family: f, address: h, console: {driver: telnt}}\n',
      [
        '2:54  boards[0].console.driver: there is no console driver "telnt". Did you mean telnet? There is: telnet, serial',
      ],
    ],
    [
      'a misspelt option of a driver',
      '  - {id: a, family: f, console: {hots: h}}\n',
      ['2:34  boards[0].console.hots: unknown key. Did you mean host?'],
    ],
    [
      'a key with nothing after it',
      '  - id: a\n    family: f\n    board_ip:\n',
      ['4:14  boards[0].board_ip: has no value. Write one, or take the key out'],
    ],
    [
      'a board that is a word',
      '  - soc-a-001\n',
      ['2:5  boards[0]: expected keys with values, found "soc-a-001"'],
    ],
    [
      'a board with nothing in it but an id',
      '  - {id: a}\n',
      [
        '2:5  boards[0].family: is missing',
        '2:5  boards[0]: no console. Add board_ip (for telnet to the board), or consoles: with driver, host and port',
      ],
    ],
    [
      'a flat board with a part missing',
      '  - {board_id: a, board_ip: h}\n',
      ['2:5  boards[0].soc_family: is missing'],
    ],
    ['power without an outlet', board('a', 'pdu_host: p'), ['2:5  boards[0].pdu_outlet: is missing']],
    [
      'a method of power that is not there',
      board('a', 'power: {method: usb_hub, pdu: p, outlet: 1}'),
      ['2:59  boards[0].power.method: "usb_hub" is none of network_pdu'],
    ],
    [
      'a PDU of a make that nobody described',
      board('a', 'pdu_host: p, pdu_outlet: 1, pdu_type: gude'),
      [
        '2:81  boards[0].pdu_type: a PDU of type gude needs an entry in section pdus that says how to speak to it',
      ],
    ],
    [
      'one thing said twice',
      board('a', 'soc_family: socB'),
      ['2:43  boards[0].soc_family: says the same as family (line 2). Keep one of them'],
    ],
    [
      'flat keys beside consoles',
      '  - {id: a, family: f, consoles: [{host: h}], telnet_port: 7}\n',
      ['2:47  boards[0].telnet_port: this board has consoles (line 2): write it there, as port'],
    ],
    [
      'a key written twice',
      '  - id: a\n    family: f\n    address: h\n    family: g\n',
      ['5:5  boards[0].family: written twice (line 3 has it too). Keep one of them'],
    ],
  ])('%s', (_, boards, problems) => {
    expect(wrong(`boards:\n${boards}`)).toEqual(problems)
  })

  it.each(['__proto__', 'constructor', 'toString'])('%s is a key like any other', key => {
    const [inBoard, inSettings] = [
      wrong(`boards:\n${board('a', `${key}: 1`)}`),
      wrong(`boards: []\nsettings: {${key}: 1}`),
    ]
    expect(inBoard).toEqual([
      expect.stringMatching(new RegExp(`^2:43  boards\\[0\\]\\.${key}: unknown key\\. Known here: `)),
    ])
    expect(inSettings).toEqual([expect.stringContaining(`settings.${key}: unknown key. Known here: `)])
    expect(
      wrong(
        `boards:\n${board('a', `labels: {${key}: x}`)}pdus: {${key}: {}}\npeople: {teams: {${key}: [x]}}`,
      ),
    ).toEqual([])
  })

  it('a mistake that two boards take from one anchor is told once', () => {
    const text =
      'x-d: &d {famly: socA}\nboards:\n  - {<<: *d, id: a, address: h1}\n  - {<<: *d, id: b, address: h2}\n'
    expect(wrong(text)).toEqual(['1:10  boards[0].famly: unknown key. Did you mean family?'])
  })
})
