/** The cards of boards: what they are, what they do, their power, their consoles. */

import { boardCard } from '../../../../../src/cards/board.ts'
import { boardsCard } from '../../../../../src/cards/boards.ts'
import { consoleWordCard } from '../../../../../src/cards/console-word.ts'
import { boardLogCard } from '../../../../../src/cards/log.ts'
import { maintenanceCard } from '../../../../../src/cards/maintenance.ts'
import { powerCard, powerTelling } from '../../../../../src/cards/power.ts'
import type { BoardConfig } from '../../../../../src/config/types.ts'
import type { ConsoleWord } from '../../../../../src/lab/lab.ts'
import type { BoardState, BoardSummary, PowerEvent } from '../../../../../src/lab/types.ts'
import { FRAME } from '../../../../cards/draw.ts'
import {
  makeBoard,
  makeBoardConfig,
  makeBoardState,
  makeLease,
  makePower,
  NOON,
} from '../../../../commands/lab-port.ts'
import { linesOf } from './runs.ts'
import { each, type Maker, named, shown, times } from './shown.ts'
import { incidentsOf, stepsOf } from './told.ts'

const STEPS = (['off', 'on', 'booting', 'back'] as const).map((stage, at) => ({
  stage,
  t: NOON + at * 1_000,
}))

type Change = Partial<Omit<BoardSummary, 'state'>> & { state?: Partial<BoardState> }

const maintained = (word: string): Change => ({
  ...{ status: 'maintenance', usable: false },
  state: { maintenance: { since: NOON, until: NOON + 9e6, reason: word, by: named(word) } },
})

/** A board in each of the ways that it can be, with what people and the lab wrote of it. */
const WAYS: readonly ((word: string) => Change)[] = [
  () => ({}),
  maintained,
  word => ({ usable: false, health: 'unhealthy', state: { unhealthy: { since: NOON, reason: word } } }),
  word => ({ status: 'in_use', lease: makeLease({ holder: { kind: 'person', person: named(word) } }) }),
  () => ({ status: 'in_use', lease: makeLease({ holder: { kind: 'run', run: 'T128', attempt: 1 } }) }),
  word => ({ status: 'in_use', heldBy: word }),
  word => ({ status: 'recovery', usable: false, state: { reason: word } }),
  word => ({ status: 'offline', usable: false, state: { reason: word } }),
  () => ({ leaving: true, status: 'unknown' }),
]

function boardOf(id: string, word: string, { state, ...more }: Change): BoardSummary {
  const config = makeBoardConfig(id, { site: word, family: word, revision: word })
  return makeBoard(id, { config, reason: word, state: makeBoardState(id, state), ...more })
}

/** The one that is worked at, and `size` others. */
export function consolesOf(size: number, word: string): BoardConfig['consoles'] {
  const [main] = makeBoardConfig('soc-b-001').consoles
  const others = times(size, at => ({ ...main, name: `uart${at}`, purpose: word, where: word }))
  return [{ ...main, purpose: word, where: word }, ...others]
}

/** Everything that a card of one board can show, much of it. */
function richBoard(size: number, word: string, more: Change = {}): BoardSummary {
  const people = { typing: word, watching: times(size, () => word) }
  const consoles = consolesOf(size, word)
  const hardware = {
    type: word,
    architecture: word,
    serialNumber: word,
    peripherals: times(size, () => word),
  }
  return boardOf('soc-b-001', word, {
    people,
    peopleAt: Object.fromEntries(consoles.map(({ name }) => [name, people])),
    ...more,
    config: makeBoardConfig('soc-b-001', { ...hardware, site: word, consoles }),
    state: {
      kernel: word,
      tainted: { since: NOON, title: word, run: 'T128' },
      failures: times(size, at => ({ at: NOON - at, run: at % 2 === 0 ? 'T128' : null, message: word })),
      incidents: incidentsOf(Math.min(size, 30), word),
      steps: stepsOf(size, word),
      ...more.state,
    },
  })
}

const powersOf = (size: number, word: string): PowerEvent[] =>
  times(size, at => makePower({ id: `W${at}`, reason: word, message: at % 2 === 0 ? word : null }))

function consoleWord(size: number, word: string, more: Partial<ConsoleWord> = {}): ConsoleWord {
  return {
    ...{ board: 'soc-b-001', console: null, person: named(word), lease: 'L7', word: 'K7QM-22XD' },
    ...{ address: { host: 'lab', port: 7012 }, until: NOON + 60_000 },
    consoles: times(size, at => ({ name: `uart${at}`, purpose: at % 2 === 0 ? word : null })),
    ...more,
  }
}

export const BOARD_CARDS: Readonly<Record<string, Maker>> = {
  'all boards': shown(boardsCard, (size, word) => [
    times(size, at => boardOf(`soc-a-${at}`, word, each(WAYS, at)(word))),
    FRAME,
  ]),
  'all boards when all are unhealthy': shown(boardsCard, (size, word) => [
    times(size, at => boardOf(`soc-a-${at}`, word, each(WAYS, 2)(word))),
    FRAME,
  ]),
  'a board': shown(boardCard, (size, word) => [richBoard(size, word), powersOf(size, word), FRAME]),
  'a board under a test': shown(boardCard, (size, word) => [
    richBoard(size, word, each(WAYS, 4)(word)),
    powersOf(size, word),
    FRAME,
  ]),
  'a board without power or a past': shown(boardCard, (_, word) => {
    const config = makeBoardConfig('soc-b-001', { power: null, name: word })
    return [makeBoard('soc-b-001', { config }), [], FRAME]
  }),
  'a board that is set aside': shown(maintenanceCard, (size, word) => [
    richBoard(size, word, { ...maintained(word), heldBy: word }),
    FRAME,
  ]),
  'a board that takes work again': shown(maintenanceCard, (size, word) => [richBoard(size, word), FRAME]),
  'a switch of power': shown(powerCard, (_, word) => [
    makePower({ reason: word, message: word, by: named(word), steps: STEPS.slice(0, 2) }),
    FRAME,
  ]),
  'a switch of power that failed': shown(powerCard, (size, word) => [
    makePower({
      ...{ message: word, endedAt: NOON, back: false, steps: STEPS.slice(0, size) },
      failure: { class: 'infrastructure', cause: 'power', blame: 'board' },
    }),
    FRAME,
  ]),
  'a reading of power': shown(powerCard, (_, word) => [
    makePower({ ...{ action: 'status', by: named(word), steps: [], endedAt: NOON, after: 'unknown' } }),
    FRAME,
  ]),
  'that somebody switches the power': shown(powerTelling, (_, word) => [
    makePower({ reason: word, by: named(word) }),
    named(word),
    FRAME,
  ]),
  'that the power was switched': shown(powerTelling, (_, word) => [
    makePower({ reason: word, message: word, by: null, endedAt: NOON }),
    null,
    FRAME,
  ]),
  'the word for a console': shown(consoleWordCard, (size, word) => [consoleWord(size, word), FRAME]),
  'the word to watch a console': shown(consoleWordCard, (size, word) => [
    consoleWord(size, word, { lease: null, console: 'uart1' }),
    FRAME,
  ]),
  'the log of a board': shown(boardLogCard, (size, word) => [
    {
      ...{ board: 'soc-b-001', console: 'uart1', lines: linesOf(size, word), total: size, matched: size },
      ...{ grep: null, times: true },
    },
    FRAME,
  ]),
}
