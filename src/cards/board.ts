/** One board: what it is, what it does, how it is. */

import type { PowerEvent } from '../lab/types.ts'
import { incidentActions, incidentParts } from './board-incidents.ts'
import { attended, boardRev, boardTone, kernelWords, remarks, statusWords, stepWords } from './board-words.ts'
import { watchButtons } from './console-buttons.ts'
import type { BoardFacts } from './facts.ts'
import { powerSentence } from './power.ts'
import { bold, button, plain, textOf, time } from './text.ts'
import type { Action, Part, Run, View } from './view.ts'
import { count, quick, type TimeFrame } from './words.ts'

const EVENTS_SHOWN = 5
const FAILURES_SHOWN = 3
const STEPS_SHOWN = 6

export function boardCard(board: BoardFacts, events: readonly PowerEvent[], frame: TimeFrame): View {
  const { config } = board
  const title = [bold(config.id), plain(` · ${config.family} · `), bold(statusWords(board, frame))]
  return {
    kind: 'message',
    topic: `board/${config.id}`,
    rev: boardRev(board),
    tone: boardTone(board),
    title,
    aside: [plain(config.site)],
    summary:
      board.reason === null ? textOf(title, frame) : `${textOf(title, frame)}. No work: ${board.reason}.`,
    parts: [
      ...(board.reason === null ? [] : [{ t: 'text', runs: [plain(`No work: ${board.reason}.`)] } as const]),
      { t: 'fields', items: fieldsOf(board, frame) },
      ...recentFailures(board),
      ...incidentParts(board, frame),
      ...stepHistory(board, frame),
      ...powerHistory(events, frame),
      { t: 'actions', items: actionsOf(board) },
    ],
  }
}

type Other = BoardFacts['config']['consoles'][number]
type Item = { name: string; value: readonly Run[] }

function fieldsOf(board: BoardFacts, frame: TimeFrame): readonly Item[] {
  const { config } = board
  const hardware = [config.type, config.revision, config.architecture]
    .filter(word => word !== undefined)
    .join(', ')
  const items: Item[] = [
    {
      name: 'health',
      value: [plain(`${board.health}${remarks(board) === '' ? '' : `, ${remarks(board)}`}`)],
    },
    { name: 'console', value: consoleWords(board) },
    ...config.consoles
      .slice(1)
      .map(other => ({ name: other.name, value: [plain(otherConsoleWords(board, other))] })),
    { name: 'power', value: [plain(powerWords(board))] },
  ]
  if (hardware !== '') items.push({ name: 'hardware', value: [plain(hardware)] })
  if (config.serialNumber !== undefined) items.push({ name: 'serial', value: [plain(config.serialNumber)] })
  if (config.peripherals.length > 0)
    items.push({ name: 'with', value: [plain(config.peripherals.join(', '))] })
  const kernel = kernelWords(board, frame)
  if (kernel !== '') items.push({ name: 'running', value: [plain(kernel)] })
  items.push({ name: 'used', value: usedWords(board) })
  return items
}

function otherConsoleWords({ peopleAt }: BoardFacts, { name, where, purpose }: Other): string {
  const people = attended(peopleAt[name] ?? null)
  return [purpose, where, 'recorded', people].filter(word => word !== undefined && word !== '').join(', ')
}

function consoleWords(board: BoardFacts): readonly Run[] {
  const [main] = board.config.consoles
  const where = [main?.purpose, main?.where].filter(word => word !== undefined).join(', ')
  const link = board.connected === null ? '' : board.connected ? ', connected' : ', not connected'
  const heard: readonly Run[] =
    board.lastByteAt === null ? [] : [plain(', last heard '), time(board.lastByteAt, 'relative')]
  const people = attended(board.people)
  return [plain(`${where}${link}`), ...heard, ...(people === '' ? [] : [plain(`, ${people}`)])]
}

function powerWords(board: BoardFacts): string {
  const { power } = board.config
  if (power === null) return 'no power control: somebody has to switch it by hand'
  return `${board.power ?? 'not read yet'} (${power.driver}, ${power.where})`
}

function usedWords({ state }: BoardFacts): readonly Run[] {
  const answered = state.lastResponseMs === null ? '' : ` in ${quick(state.lastResponseMs)}`
  const uses: Run[] = [plain(count(state.uses, 'time'))]
  if (state.lastUsedAt !== null) uses.push(plain(', last '), time(state.lastUsedAt, 'relative'))
  if (state.lastCheckAt !== null) uses.push(plain(' · checked '), time(state.lastCheckAt, 'relative'))
  return answered === '' ? uses : [...uses, plain(`, answered${answered}`)]
}

function recentFailures({ state }: BoardFacts): readonly Part[] {
  // What nobody's test met is among the incidents, with its lines.
  const shown = state.failures.filter(({ run }) => run !== null).slice(-FAILURES_SHOWN)
  return shown.map(failure => ({
    t: 'note',
    runs: [time(failure.at), plain(` ${failure.run}: ${failure.message}`)],
  }))
}

/** How it was brought back, or not: `14:02 console: no answer · 14:02 reset: back after 21 s`. */
function stepHistory({ state }: BoardFacts, frame: TimeFrame): readonly Part[] {
  const shown = state.steps.slice(-STEPS_SHOWN)
  if (shown.length === 0) return []
  const steps = shown.flatMap((each, at): Run[] => [
    ...(at === 0 ? [] : [plain(' · ')]),
    time(each.startedAt),
    plain(` ${stepWords(each, frame)}`),
  ])
  return [{ t: 'note', runs: [plain('Looked after: '), ...steps] }]
}

function powerHistory(events: readonly PowerEvent[], frame: TimeFrame): readonly Part[] {
  if (events.length === 0) return []
  const rows = events
    .slice(0, EVENTS_SHOWN)
    .map(event => [
      [time(event.startedAt)],
      [plain(`power ${event.action}`)],
      [plain(powerSentence(event, frame))],
    ])
  return [{ t: 'table', columns: ['when', 'what', 'how it went'].map(title => ({ title })), rows }]
}

function actionsOf(board: BoardFacts): readonly Action[] {
  const { id, power } = board.config
  const expect = { topic: `board/${id}`, rev: boardRev(board) }
  const actions: Action[] = []
  if (board.lease === null && board.usable) actions.push(button('lease', 'Lease', `lease ${id}`, { expect }))
  if (board.lease?.holder.kind === 'run')
    actions.push(button('test', 'Show its test', `tests show ${board.lease.holder.run}`))
  if (board.people !== null) for (const action of watchButtons(board.config)) actions.push(action)
  actions.push(...incidentActions(board))
  actions.push(button('check', 'Check', `boards health ${id}`, { expect }))
  if (board.status === 'maintenance')
    actions.push(button('back', 'End maintenance', `boards maintain ${id} --off`, { expect }))
  if (power !== null)
    actions.push(button('cycle', 'Power cycle', `power cycle ${id}`, { expect, style: 'danger' }))
  return actions
}
