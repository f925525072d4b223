/** A person's lease of a board: waiting, theirs, over. */

import type { ConsoleAddress } from '../lab/lab.ts'
import type { Lease, Person, Waiting } from '../lab/types.ts'
import { attended } from './board-words.ts'
import { typeButtons } from './console-buttons.ts'
import { telnetLine } from './console-word.ts'
import type { BoardFacts } from './facts.ts'
import { startsIn } from './run.ts'
import { bold, button, code, plain, textOf, user } from './text.ts'
import type { Action, Part, Run, Tone, View } from './view.ts'
import { clockTime, span, type TimeFrame } from './words.ts'

export type LeaseFacts = {
  lease: Lease
  waiting: Waiting | null
  waitingInAll: number
  /** The board it holds. */
  board: BoardFacts | null
  /** Where people connect to consoles; null: nowhere. */
  gateway: ConsoleAddress | null
  /** Who looks at it, where that is known: their own lease is `yours`. */
  viewer: Person | null
}

export function leaseCard(facts: LeaseFacts, frame: TimeFrame): View {
  const { lease } = facts
  const title = [bold(lease.id), plain(` · ${targetOf(lease)} · `), bold(stateWords(facts, frame))]
  const holder = holderOf(lease)
  const view: View = {
    kind: 'message',
    topic: `lease/${lease.id}`,
    rev: lease.rev,
    tone: TONES[lease.state],
    title,
    ...(lease.state === 'released' || lease.state === 'expired' ? { final: true } : {}),
    summary: textOf(title, frame),
    parts: [...partsOf(facts), { t: 'actions', items: actionsOf(facts) }],
  }
  return holder === null ? view : { ...view, aside: [user(holder)] }
}

const TONES: Readonly<Record<Lease['state'], Tone>> = {
  waiting: 'idle',
  checking: 'run',
  active: 'ok',
  released: 'idle',
  expired: 'idle',
}

export function holderOf(lease: Lease): Person | null {
  return lease.holder.kind === 'person' ? lease.holder.person : null
}

function targetOf(lease: Lease): string {
  return lease.board ?? lease.family ?? 'any board'
}

function stateWords({ lease, viewer }: LeaseFacts, frame: TimeFrame): string {
  const until = lease.until === null ? '' : clockTime(lease.until, frame)
  switch (lease.state) {
    case 'active':
      return `${isOf(lease, viewer) ? 'yours' : 'leased'} until ${until} (${span(lease.termMs)})`
    case 'checking':
      return 'checking that it answers'
    case 'expired':
      return `ended ${until}`
    default:
      return lease.state
  }
}

export function isOf(lease: Lease, person: Person | null): boolean {
  const holder = holderOf(lease)
  return holder !== null && person !== null && holder.id === person.id && holder.platform === person.platform
}

function partsOf({ lease, waiting, waitingInAll, board, gateway }: LeaseFacts): readonly Part[] {
  if (lease.state === 'waiting') return waitingParts(waiting, waitingInAll)
  if (lease.state === 'active' && board !== null)
    return [{ t: 'fields', items: reachedBy(lease, board, gateway) }]
  if (lease.ended !== null) return [{ t: 'note', runs: [plain(lease.ended)] }]
  return []
}

function waitingParts(waiting: Waiting | null, waitingInAll: number): readonly Part[] {
  if (waiting === null) return []
  const place = `Position ${waiting.position} of ${waitingInAll} · ${startsIn(waiting)}`
  const why = waiting.why.length === 0 ? [] : [`Why: ${waiting.why.join('; ')}.`]
  return [place, ...why, 'You are told when the board is yours.'].map(text => ({
    t: 'text',
    runs: [plain(text)],
  }))
}

function reachedBy(
  lease: Lease,
  board: BoardFacts,
  gateway: ConsoleAddress | null,
): readonly { name: string; value: readonly Run[] }[] {
  const { id, power } = board.config
  const people = attended(board.people, holderOf(lease)?.name)
  const [main] = board.config.consoles
  const where = gateway === null ? main?.where : telnetLine(gateway)
  const recorded = [main?.purpose ?? '', 'recorded']
  return [
    {
      name: 'console',
      value: [
        code(where ?? 'none'),
        plain(` (${[...recorded, people].filter(word => word !== '').join('; ')})`),
      ],
    },
    ...otherConsoles(lease, board, gateway !== null),
    {
      name: 'power',
      value: power === null ? [plain('by hand')] : [{ r: 'code', text: `power cycle ${id}` }],
    },
    { name: 'running', value: [plain(board.state.kernel ?? 'not known')] },
  ]
}

/** The same door leads to all of them: what differs is the word. */
function otherConsoles(
  lease: Lease,
  { config, peopleAt }: BoardFacts,
  isOpen: boolean,
): readonly { name: string; value: readonly Run[] }[] {
  return config.consoles.slice(1).map(({ name, purpose = '', where }) => {
    const people = attended(peopleAt[name] ?? null, holderOf(lease)?.name)
    const remarks = [purpose, 'recorded', people].filter(word => word !== '').join('; ')
    const how = isOpen ? `lease console ${lease.id} --console ${name}` : where
    return { name, value: [code(how), plain(` (${remarks})`)] }
  })
}

function actionsOf({ lease, board, gateway }: LeaseFacts): readonly Action[] {
  const { id } = lease
  const expect = { topic: `lease/${id}`, rev: lease.rev }
  if (lease.state === 'waiting') return [button('leave', 'Leave the line', `lease release ${id}`, { expect })]
  if (lease.state === 'active')
    return [
      extendButton(lease),
      button('release', 'Release', `lease release ${id}`, { expect }),
      ...(gateway === null ? [] : consoleButtons(lease, board)),
    ]
  if (lease.state === 'checking' || lease.board === null) return []
  return [button('again', 'Lease again', `lease ${lease.board}`)]
}

/** An extended lease has the same console: these ask for nothing that could have moved on. */
function consoleButtons(lease: Lease, board: BoardFacts | null): readonly Action[] {
  const typing = board === null ? [consoleButton(lease)] : typeButtons(board.config, lease.id)
  return [...typing, button('watch', 'Watch console', `boards watch ${lease.board}`)]
}

export function consoleButton({ id }: Lease): Action {
  return button('console', 'Console', `lease console ${id}`)
}

export function extendButton(lease: Lease): Action {
  const expect = { topic: `lease/${lease.id}`, rev: lease.rev }
  return button('extend', 'Extend 30 min', `lease extend ${lease.id} 30m`, { expect })
}
