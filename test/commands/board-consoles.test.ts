import { expect, test } from 'vitest'
import { completer } from '../../src/bot/terminal/complete.ts'
import { boardCard } from '../../src/cards/board.ts'
import { leaseCard } from '../../src/cards/lease.ts'
import { commands } from '../../src/commands/registry.ts'
import type { Consoles, Seat } from '../../src/lab/lab.ts'
import { draw, FRAME } from '../cards/draw.ts'
import { ask, read } from './ask.ts'
import {
  createLabPort,
  type LabPort,
  makeBoard,
  makeBoardConfig,
  makeLease,
  makeState,
  NOON,
} from './lab-port.ts'

const [FIRST] = makeBoardConfig('soc-b-001').consoles
const CONSOLES = [
  { ...FIRST, purpose: 'kernel' },
  { ...FIRST, name: 'uart1', purpose: 'secure world', where: 'telnet cs-1:7002' },
] as const
const BOARD = makeBoard('soc-b-001', {
  config: { ...makeBoardConfig('soc-b-001'), consoles: CONSOLES },
  people: { typing: null, watching: [] },
  peopleAt: { uart1: { typing: 'kai', watching: ['mei'] } },
})

/** Kai has soc-b-001, which has two consoles, under L7. */
function aLab(): LabPort {
  const lab = createLabPort({
    state: () => makeState({ leases: { L7: makeLease() } }),
    boards: () => [makeBoard('soc-a-001'), BOARD],
    roles: {},
  })
  const given = (seat: Seat): ReturnType<Consoles['watchingWord']> => ({
    ...seat,
    address: { host: 'lab-gw', port: 7023 },
    word: '7F3K-QD4M-X2PN',
    until: NOON + 60_000,
    consoles: CONSOLES.map(({ name, purpose }) => ({ name, purpose })),
  })
  lab.consoles.typingWord = (lease, by, console) => given({ board: 'soc-b-001', console, person: by, lease })
  lab.consoles.watchingWord = (board, by, console) => given({ board, console, person: by, lease: null })
  return lab
}

test('M3.8 a word is for the console that was named; the card says what it is for and how to come to the others', async () => {
  expect(await read(aLab(), 'kai: lease console L7 --console uart1')).toEqual([
    expect.stringMatching(/^soc-b-001 · console uart1 \(secure world\), to type, under L7 +@kai$/),
    '  connect  telnet lab-gw 7023',
    '  word     7F3K-QD4M-X2PN (good once, within 60 s)',
    'It takes the keyboard over from an older connection of yours. It ends with the lease.',
    'It has others: main (kernel). lease console L7 --console main',
  ])
  const watch = await read(aLab(), 'mei: boards watch soc-b-001')
  expect(watch[0]).toMatch(/^soc-b-001 · console main \(kernel\), to watch +@mei$/)
  expect(watch.at(-1)).toBe('It has others: uart1 (secure world). boards watch soc-b-001 --console uart1')
})

test.each(['lease console L7', 'boards watch soc-b-001', 'boards log soc-b-001'])(
  '%s: an unknown console is answered with those there are, and the nearest',
  async line => {
    const outcome = await ask(aLab(), `kai: ${line} --console uart2`)
    expect(outcome).toMatchObject({
      kind: 'fault',
      fault: {
        message: expect.stringContaining(
          'There is no console "uart2". Did you mean uart1? It has: main, uart1.',
        ),
        hint: expect.stringContaining(`${line} --console uart1`),
      },
    })
  },
)

test('behind --console Tab offers the consoles of the board, or of the lease’s board, in the line', () => {
  const complete = completer(commands, aLab())
  expect(complete('boards watch soc-b-001 --console ')[0]).toEqual(['main', 'uart1'])
  expect(complete('lease console L7 --console u')[0]).toEqual(['uart1'])
  expect(complete('boards watch soc-a-001 --console u')[0]).toEqual([])
})

test('the cards of the board and of its lease name every console, what it is for and who is there', () => {
  const board = draw(boardCard(BOARD, [], FRAME), null)
  expect(board.slice(2, 4)).toEqual([
    '  console   kernel, telnet 10.1.2.101:23, connected, last heard 2 s ago',
    '  uart1     secure world, telnet cs-1:7002, recorded, @kai types, 1 watching',
  ])
  expect(board.join()).toContain('Watch console uart1')
  const gateway = { host: 'lab-gw', port: 7023 }
  const facts = { lease: makeLease(), waiting: null, waitingInAll: 0, board: BOARD, gateway, viewer: null }
  const lease = draw(leaseCard(facts, FRAME), null)
  expect(lease.slice(1, 3)).toEqual([
    '  console  telnet lab-gw 7023 (kernel; recorded)',
    '  uart1    lease console L7 --console uart1 (secure world; recorded; 1 watching)',
  ])
  expect(lease.join()).toContain('Console uart1')
})
