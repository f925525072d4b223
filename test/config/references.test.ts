import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fillReferences } from '../../src/config/references.ts'
import { read, wrong } from './read.ts'

describe('${NAME} references (M2.5)', () => {
  it.each([
    ['${A}', 'one'],
    ['x${A}y${B}', 'xoneytwo'],
    ['${A:-other}', 'one'],
    ['${NONE:-other}', 'other'],
    ['${EMPTY:-other}', 'other'],
    ['${EMPTY}', ''],
    ['${NONE:-}', ''],
    ['$${A}', '${A}'],
    ['$A costs 5$', '$A costs 5$'],
  ])('%s becomes "%s"', (source, text) => {
    const filled = fillReferences(source, { A: 'one', B: 'two', EMPTY: '' })
    expect(filled).toMatchObject({ text, faults: [] })
  })

  it.each(['${', '${A', '${}', '${1A}', '${A B}', '${A-b}'])(
    '%s is no reference and said to be none',
    source => {
      expect(fillReferences(source, { A: 'one' }).faults).toHaveLength(1)
    },
  )

  it('finds nothing in what every object has', () => {
    expect(fillReferences('${constructor}', {}).faults).toEqual([
      '${constructor} is not set. Set constructor in the environment or in .env',
    ])
  })

  it('names an unset variable with its place', () => {
    expect(
      wrong(
        'boards:\n  - board_id: a\n    soc_family: socA\n    board_ip: h\n    telnet_password: ${NOPE}\n',
      ),
    ).toEqual(['5:22  boards[0].telnet_password: ${NOPE} is not set. Set NOPE in the environment or in .env'])
  })

  it('reports as secret what came from the environment, and no default', () => {
    const text = [
      'boards:',
      '  - {board_id: a, soc_family: socA, board_ip: h, telnet_username: "${USER_A:-root}", telnet_password: "${PW_A}"}',
    ].join('\n')
    const inventory = read(text, { PW_A: 'swordfish' })
    expect(inventory.secrets).toEqual(['swordfish'])
    expect(inventory.boards[0]?.consoles[0].login).toEqual({ username: 'root', password: 'swordfish' })
  })

  it('keeps any password whole: no character of it means anything to YAML', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), password => {
        const text = 'boards:\n  - {board_id: a, soc_family: socA, board_ip: h, telnet_password: "${PW}"}\n'
        expect(read(text, { PW: password }).boards[0]?.consoles[0].login.password).toBe(password)
      }),
      { numRuns: 200 },
    )
  })

  it('is a number where a number is wanted, and a text where a text is', () => {
    const text =
      'boards:\n  - {board_id: a, soc_family: socA, board_ip: h, telnet_port: "${NUMBER}", telnet_password: "${NUMBER}"}\n'
    const [console] = read(text, { NUMBER: '7001' }).boards[0]?.consoles ?? []
    expect(console).toMatchObject({ options: { port: 7001 }, login: { password: '7001' } })
  })

  it('never repeats a value from the environment in a message, wherever it does not fit', () => {
    const places = fc.constantFrom(
      (value: string) => `simulated: ${value}\nboards: []`,
      (value: string) =>
        `settings: {queue_limit: ${value}, test_timeout: ${value}, time_zone: ${value}}\nboards: []`,
      (value: string) => `boards:\n  - {id: ${value}, family: ${value}, consoles: ${value}, power: ${value}}`,
      (value: string) =>
        `boards:\n  - {id: a, family: b, boot_timeout: ${value}, consoles: [{host: h, port: ${value}, driver: telnet}], labels: ${value}}`,
      (value: string) =>
        `boards: []\npdus: {a: {version: ${value}}, b: {protocol: http, tls: ${value}, password: ${value}}}`,
      (value: string) => `boards:\n  - {id: ${value}, family: f, console: {host: h, driver: ${value}}}`,
      (value: string) => `boards: []\npdus: {a: {protocol: ${value}}, b: {type: ${value}}}`,
      (value: string) =>
        `boards:\n  - {id: a, family: f, address: ${value}, pdu_host: ${value}, pdu_outlet: 1}\n  - {id: b, family: f, address: ${value}, pdu_host: ${value}, pdu_outlet: 1}`,
      (value: string) => `boards: []\npeople: {admins: ${value}, operators: ["${value} ${value}"]}`,
    )
    fc.assert(
      fc.property(places, fc.boolean(), (place, isNumber) => {
        const secret = isNumber ? '-918273645' : 'se cret, marked'
        const problems = wrong(place('"${MARKED}"'), { MARKED: secret })
        expect(problems).not.toEqual([])
        expect(problems.join('\n')).not.toContain(secret)
      }),
      { numRuns: 100 },
    )
  })
})
