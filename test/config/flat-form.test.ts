import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Inventory } from '../../src/config/index.ts'
import { agreeingBoards, flatLines, labText, richLines } from './lab-writer.ts'
import { read } from './read.ts'

/** The flat form of requirements.md D, as it stands there. */
const FLAT = `boards:
  - board_id: soc-b-001
    soc_family: socB
    soc_revision: rev1
    board_ip: 10.1.2.101
    telnet_port: 23
    pdu_host: pdu-b.lab.local
    pdu_outlet: 1
    lab_location: "Lab Site B"
    telnet_username: admin
    telnet_password: \${BOARD_B001_PASSWORD}
`

function withoutLines(inventory: Inventory): Inventory {
  return { ...inventory, boards: inventory.boards.map(board => ({ ...board, line: 0 })) }
}

describe('the flat form (D)', () => {
  it('is accepted as it stands', () => {
    const inventory = read(FLAT, { BOARD_B001_PASSWORD: 'swordfish' })
    expect(inventory.boards).toEqual([
      {
        id: 'soc-b-001',
        name: 'soc-b-001',
        family: 'socB',
        revision: 'rev1',
        site: 'Lab Site B',
        address: '10.1.2.101',
        consoles: [
          {
            name: 'main',
            driver: 'telnet',
            options: { host: '10.1.2.101', port: 23, connectTimeoutMs: 5000 },
            where: 'telnet 10.1.2.101:23',
            login: { username: 'admin', password: 'swordfish' },
            loginTimeoutMs: 5000,
            commandTimeoutMs: 30_000,
          },
        ],
        power: {
          method: 'network_pdu',
          driver: 'snmp',
          pdu: 'pdu-b.lab.local',
          outlet: 1,
          options: { version: '1', port: 161, community: 'private' },
          where: 'pdu-b.lab.local outlet 1',
          assumed: true,
        },
        peripherals: [],
        labels: {},
        bootTimeoutMs: 120_000,
        line: 2,
      },
    ])
    expect(inventory.families).toMatchObject({ socB: { name: 'socB', limit: null } })
    expect(inventory).toMatchObject({ simulated: false, people: { admins: [], operators: [], teams: {} } })
    expect(inventory.secrets).toEqual(['swordfish'])
  })

  it('needs no port, no power and no place', () => {
    const { boards } = read('boards:\n  - {board_id: a, soc_family: socA, board_ip: h}\n')
    expect(boards[0]).toMatchObject({
      site: 'main',
      power: null,
      consoles: [{ where: 'telnet h:23', login: {} }],
    })
  })

  it('takes another address for the console, and its own words for power', () => {
    const { boards } = read(
      'boards:\n  - {board_id: a, soc_family: socA, telnet_host: gate, telnet_port: 7001, pdu_address: P, pdu_outlet: 2, pdu_type: apc, power_method: network_pdu}\n',
    )
    expect(boards[0]).toMatchObject({
      consoles: [{ where: 'telnet gate:7001' }],
      power: { where: 'P outlet 2' },
    })
  })

  it('reads the same as the rich form, whatever the lab', () => {
    fc.assert(
      fc.property(agreeingBoards(0, 5), boards => {
        const flat = withoutLines(read(labText(boards.map(flatLines))))
        const rich = withoutLines(read(labText(boards.map(richLines))))
        expect(flat).toEqual(rich)
        expect(flat.boards.map(({ id }) => id)).toEqual(boards.map(({ id }) => id))
      }),
      { numRuns: 150 },
    )
  })

  it('may stand beside the rich form in one file', () => {
    fc.assert(
      fc.property(
        agreeingBoards(1, 5),
        fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
        (boards, isFlat) => {
          const mixed = labText(
            boards.map((board, index) => (isFlat[index] ? flatLines(board) : richLines(board))),
          )
          expect(withoutLines(read(mixed))).toEqual(withoutLines(read(labText(boards.map(flatLines)))))
        },
      ),
      { numRuns: 100 },
    )
  })
})
