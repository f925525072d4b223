import type { Failure } from '../../../src/errors.ts'
import type { Attempt, Run } from '../../../src/lab/types.ts'
import type { DayBoard, Lived } from './board.ts'
import type { DayReport } from './day.ts'
import type { DeedName } from './deeds.ts'

/** Class and blame as they should be, and which causes say it; null: it passed. */
type Truth = {
  class: Failure['class']
  blame: Failure['blame']
  causes: readonly Failure['cause'][] | 'any'
} | null

const byTest = (...causes: Failure['cause'][]): Truth => ({ class: 'test', blame: 'none', causes })

const OF_DEED: Readonly<Record<DeedName, Truth>> = {
  good: null,
  bad: byTest('exit status'),
  killed: byTest('signal'),
  endless: { class: 'timeout', blame: 'none', causes: ['time limit'] },
  panic: byTest('panic'),
  'panic-restart': byTest('panic'),
  oops: byTest('oops'),
  oom: byTest('out of memory'),
}
const OF_RESTART: Truth = { class: 'infrastructure', blame: 'lab', causes: ['restart'] }
const OF_BOARD: Truth = { class: 'infrastructure', blame: 'board', causes: 'any' }
const OF_LINE: Truth = { class: 'infrastructure', blame: 'board', causes: ['console lost', 'no console'] }

const MOST_ATTEMPTS = 3
const DAY = 24 * 3_600_000
/** What boards of a day may be taken down, and how far apart (test/lab/samples.ts). */
const CAP = 4
/** Failures of a board's own that set it aside, in a day. */
const LIMIT = 3
const COOLDOWN = 15 * 60_000

/** Whatever is not as it was: a sentence each. */
export function wrongsOf(report: DayReport): string[] {
  return [
    ...report.broken,
    ...report.unfinished.map(each => `did not end: ${each}`),
    ...report.runs.flatMap(({ run, act }) => wrongsOfRun(run, act.deed, report)),
    ...report.plan.boards.flatMap(({ id }) => wrongsOfBoard(id, report)),
  ]
}

function wrongsOfRun(run: Run, deed: DeedName, report: DayReport): string[] {
  const wrongs: string[] = []
  for (const [at, attempt] of run.attempts.entries()) {
    const truth = truthOf(run, at, attempt, report)
    if (truth === 'nothing befell it')
      wrongs.push(`${run.id} on ${attempt.board}: ${wordsOf(attempt.failure)}, and nothing befell it`)
    else if (!fits(attempt.failure, truth))
      wrongs.push(
        `${run.id} on ${attempt.board} (${deed}): ${wordsOf(attempt.failure)} is not ${JSON.stringify(truth)}`,
      )
  }
  const last = run.attempts.at(-1)?.failure ?? null
  const counted = run.attempts.filter(({ uncounted }) => !uncounted).length
  const isGivenUp = last?.class === 'infrastructure'
  if (isGivenUp && counted < MOST_ATTEMPTS) wrongs.push(`${run.id} was given up after ${counted} attempts`)
  if (run.state !== stateOf(last)) wrongs.push(`${run.id} is ${run.state} after ${wordsOf(last)}`)
  return wrongs
}

function truthOf(run: Run, at: number, attempt: Attempt, report: DayReport): Truth | 'nothing befell it' {
  const board = report.boards.get(attempt.board) as DayBoard
  const { startedAt, endedAt } = attempt
  const during = (t: number): boolean => t >= startedAt && t <= (endedAt ?? Infinity)
  if (report.restarts.some(during) && attempt.failure?.cause === 'restart') return OF_RESTART
  const name = `${run.id.toLowerCase()}-${at + 1}`
  const launched = board.lived.find(each => each.kind === 'launched' && each.run === name)
  if (board.lived.some(each => each.kind === 'fell' && each.why === 'console dies' && during(each.t)))
    return OF_LINE
  if (launched?.kind === 'launched') return OF_DEED[launched.deed as DeedName]
  return board.sickness === null ? 'nothing befell it' : OF_BOARD
}

function fits(failure: Failure | null, truth: Truth): boolean {
  if (failure === null || truth === null) return failure === truth
  const isCause = truth.causes === 'any' || truth.causes.includes(failure.cause)
  return failure.class === truth.class && failure.blame === truth.blame && isCause
}

function stateOf(failure: Failure | null): Run['state'] {
  if (failure === null) return 'passed'
  return failure.class === 'timeout' ? 'timeout' : failure.class === 'test' ? 'failed' : 'error'
}

function wrongsOfBoard(id: string, report: DayReport): string[] {
  const { sickness, lived } = report.boards.get(id) as DayBoard
  const aside = report.aside.get(id) ?? []
  const failures = report.states.get(id)?.failures ?? []
  const wrongs = wrongsOfLadder(id, lived)
  if (sickness === null) {
    wrongs.push(...aside.map(why => `${id} is healthy: ${why}`))
    wrongs.push(...failures.map(({ run, message }) => `${id} is healthy, and blamed for ${run}: ${message}`))
  } else if (aside.length === 0 && mustBeSetAside(id, sickness, report))
    wrongs.push(`${id} (${sickness}) was never set aside`)
  if (sickness === 'resets by itself') wrongs.push(...wrongsOfResets(id, report))
  return wrongs
}

/** One that comes back by itself is asked each time, and what it did while nobody used it counts against it. */
function wrongsOfResets(id: string, { lookedAfter, idleAttacks, boards, states }: DayReport): string[] {
  const least = idleAttacks.get(id) ?? 0
  const most =
    boards.get(id)?.lived.filter(each => each.kind === 'booted' && each.by === 'itself').length ?? 0
  const counted = states.get(id)?.failures.filter(({ run }) => run === null).length ?? 0
  return [
    ...(lookedAfter.has(id) ? [] : [`${id} resets by itself and was never looked after`]),
    ...(counted >= least && counted <= most
      ? []
      : [`${id}: ${counted} of its own resets count, of ${least} to ${most}`]),
  ]
}

/** One that can be healed is healed up to the cap; one that resets while nobody uses it has three chances. */
function mustBeSetAside(
  id: string,
  sickness: NonNullable<DayBoard['sickness']>,
  { boards, idleAttacks }: DayReport,
): boolean {
  if (sickness === 'resets by itself') return (idleAttacks.get(id) ?? 0) >= LIMIT
  const { lived } = boards.get(id) as DayBoard
  const fell = lived.filter(each => each.kind === 'fell' && each.why !== 'panic').length
  if (sickness === 'dies in mid-copy') return fell >= 3
  return sickness === 'hangs until cycled' ? fell > CAP : true
}

/** As the board lived it: how often the lab took it down of its own accord, and how far apart. */
function wrongsOfLadder(id: string, lived: readonly Lived[]): string[] {
  const taken = lived.flatMap((each, at) => {
    const before = lived[at - 1]
    // A kernel that reported an oops is restarted, too: it is not itself any more.
    const isOfTest = before?.kind === 'launched' || (before?.kind === 'fell' && before.why === 'panic')
    return at === 0 || each.kind !== 'booted' || each.by === 'itself' || isOfTest ? [] : [each]
  })
  return taken.flatMap(({ t, by }, at) => {
    const within = taken.filter(other => other.t <= t && other.t > t - DAY).length
    const last = taken.slice(0, at).findLast(other => other.by === by)
    return [
      ...(within > CAP ? [`${id} was taken down ${within} times in a day`] : []),
      ...(last !== undefined && t - last.t < COOLDOWN
        ? [`${id}: ${by} again after ${(t - last.t) / 1000} s`]
        : []),
    ]
  })
}

function wordsOf(failure: Failure | null): string {
  return failure === null ? 'passed' : `${failure.class}, ${failure.cause}, blame ${failure.blame}`
}
