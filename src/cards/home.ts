/** Somebody's own page of the lab (S1): what is theirs, what is free, what is wrong, and where to begin. */

import type { Alert, FamilySummary, Lease, Person, Run, RunProgress, Waiting } from '../lab/types.ts'
import { alertParts } from './alert.ts'
import { consoleButton, extendButton, isOf } from './lease.ts'
import { isOver, placeOf, programName, stateWord } from './run-words.ts'
import { bold, button, plain, textOf, time } from './text.ts'
import type { Action, Part, Run as Text, View } from './view.ts'
import { count, relative, span, type TimeFrame } from './words.ts'

export type HomeFacts = {
  viewer: Person
  leases: readonly Lease[]
  /** Newest first. */
  runs: readonly Run[]
  progress(run: string): RunProgress | null
  waiting(id: string): Waiting | null
  families: readonly FamilySummary[]
  queue: { waiting: number; running: number; averageWaitMs: number }
  usable: number
  boards: number
  alerts: readonly Alert[]
  /** People can connect to consoles. */
  hasConsoles: boolean
}

// A page of Slack's has a hundred blocks, and each of these needs two.
const MOST = { leases: 6, live: 6, over: 3, families: 8, alerts: 4 } as const

export function homeCard(facts: HomeFacts, frame: TimeFrame): View {
  const { leases, runs, usable, boards } = facts
  const title = [bold('Your lab'), plain(' · '), bold(`${usable} of ${boards} boards usable`)]
  return {
    kind: 'home',
    topic: 'home',
    rev: Math.max(0, ...leases.map(lease => lease.rev), ...runs.map(run => run.rev)),
    tone: facts.alerts.length > 0 ? 'warn' : 'idle',
    title,
    summary: `${textOf(title, frame)}. What you can type: help`,
    parts: [
      { t: 'actions', items: BEGIN },
      {
        t: 'search',
        line: 'find',
        label: 'Find a board, a test, a person',
        hint: 'WORDS, such as soc-b or @mei',
      },
      ...section('Alerts', capped(facts.alerts, MOST.alerts, 'alert', 'alerts', alertParts)),
      ...section('Your boards', leaseParts(facts, frame)),
      ...section('Your tests', runParts(facts, frame)),
      ...section('Boards', capped(facts.families, MOST.families, 'family', 'boards', familyParts)),
      ...section('Queue', [queuePart(facts)]),
      { t: 'note', runs: [plain('as of '), time(frame.now)] },
    ],
  }
}

const BEGIN: readonly Action[] = [
  button('run', 'Run a test', 'run-test', { style: 'primary' }),
  button('lease', 'Lease a board', 'lease'),
  button('boards', 'Boards', 'boards'),
  button('queue', 'Queue', 'queue'),
  button('status', 'Status', 'status'),
  button('help', 'Help', 'help'),
]

function section(title: string, parts: readonly Part[]): readonly Part[] {
  return parts.length === 0 ? [] : [{ t: 'divider' }, { t: 'text', runs: [bold(title)] }, ...parts]
}

/** The first of them, and where the others are. */
function capped<T>(
  all: readonly T[],
  most: number,
  what: string,
  line: string,
  draw: (shown: readonly T[]) => readonly Part[],
): readonly Part[] {
  const left = all.length - most
  const parts = draw(all.slice(0, most))
  if (left <= 0) return parts
  const more = count(left, `more ${what}`, `more ${what === 'family' ? 'families' : `${what}s`}`)
  return [...parts, { t: 'note', runs: [plain(`and ${more}: ${line}`)] }]
}

function leaseParts({ leases, viewer, waiting, hasConsoles }: HomeFacts, frame: TimeFrame): readonly Part[] {
  const mine = leases.filter(lease => isOf(lease, viewer) && isOpen(lease))
  if (mine.length === 0) return [said('You hold no board.')]
  return capped(mine, MOST.leases, 'lease', 'lease list', shown =>
    shown.flatMap((lease): readonly Part[] => [
      { t: 'text', runs: leaseRuns(lease, waiting(lease.id), frame) },
      { t: 'actions', items: leaseActions(lease, hasConsoles) },
    ]),
  )
}

function isOpen({ state }: Lease): boolean {
  return state === 'active' || state === 'checking' || state === 'waiting'
}

function leaseRuns(lease: Lease, place: Waiting | null, frame: TimeFrame): readonly Text[] {
  const name = [bold(lease.id), plain(` · ${lease.board ?? lease.family ?? 'any board'} · `)]
  if (lease.state === 'active' && lease.until !== null)
    return [...name, plain('yours until '), time(lease.until), plain(` (${relative(lease.until, frame)})`)]
  if (lease.state === 'checking') return [...name, plain('checking that it answers')]
  return [...name, plain(placeWords(place))]
}

function placeWords(place: Waiting | null): string {
  if (place === null) return 'waiting'
  const starts = place.startsIn === null ? 'no estimate yet' : `in about ${span(place.startsIn.medianMs)}`
  return `position ${place.position}, ${starts}`
}

function leaseActions(lease: Lease, hasConsoles: boolean): readonly Action[] {
  const expect = { topic: `lease/${lease.id}`, rev: lease.rev }
  const label = lease.state === 'active' ? 'Release' : 'Leave the line'
  const release = button('release', label, `lease release ${lease.id}`, { expect })
  if (lease.state !== 'active') return [release]
  return [extendButton(lease), release, ...(hasConsoles ? [consoleButton(lease)] : [])]
}

function runParts(facts: HomeFacts, frame: TimeFrame): readonly Part[] {
  const live = facts.runs.filter(run => !isOver(run.state))
  const over = facts.runs.filter(run => isOver(run.state)).slice(0, MOST.over)
  if (live.length + over.length === 0) return [said('You have run no test lately.')]
  const draw = (runs: readonly Run[]): readonly Part[] =>
    runs.flatMap((run): readonly Part[] => [
      { t: 'text', runs: runRuns(run, facts, frame) },
      { t: 'actions', items: runActions(run) },
    ])
  return [...capped(live, MOST.live, 'test', 'queue', draw), ...draw(over)]
}

function runRuns(run: Run, { progress, waiting }: HomeFacts, frame: TimeFrame): readonly Text[] {
  const name = [bold(run.id), plain(` · ${programName(run.program)} on ${placeOf(run)} · `)]
  const word = stateWord(run, progress(run.id))
  const ended = run.times[run.state]
  const when = isOver(run.state) && ended !== undefined ? ` (${relative(ended, frame)})` : ''
  const line = run.state === 'queued' ? waiting(run.id) : null
  const place = line === null ? '' : `, ${placeWords(line)}`
  return [...name, bold(word), plain(`${place}${when}`)]
}

function runActions(run: Run): readonly Action[] {
  const expect = { topic: `run/${run.id}`, rev: run.rev }
  const log = button('log', 'Log', `tests log ${run.id}`)
  if (isOver(run.state)) return [log, button('again', 'Run again', `tests rerun ${run.id}`, { expect })]
  const cancel = button('cancel', 'Cancel', `queue cancel ${run.id}`)
  return run.attempts.length === 0 ? [cancel] : [cancel, log]
}

function familyParts(families: readonly FamilySummary[]): readonly Part[] {
  return families.flatMap(({ name, free, boards, usable }): readonly Part[] => [
    { t: 'text', runs: [bold(name), plain(` · ${free} of ${boards} free${trouble(boards, usable)}`)] },
    { t: 'actions', items: familyActions(name) },
  ])
}

function trouble(boards: number, usable: number): string {
  return usable === boards ? '' : `, ${boards - usable} not usable`
}

function familyActions(name: string): readonly Action[] {
  return [
    button('run-here', 'Run a test', `run-test ${name} --form`),
    button('lease-here', 'Lease', `lease ${name}`),
  ]
}

function queuePart({ queue }: HomeFacts): Part {
  const { waiting, running, averageWaitMs } = queue
  const wait = waiting === 0 ? '' : `, average wait ${span(averageWaitMs)}`
  return said(`${waiting} waiting, ${running} running${wait}`)
}

function said(text: string): Part {
  return { t: 'text', runs: [plain(text)] }
}
