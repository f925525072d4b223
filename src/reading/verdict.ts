import type { Blame, Cause, FailureClass } from '../errors.ts'
import type { Finding } from './types.ts'

/** Where the run stood: `run` while its program ran, the others before and between. */
export type Stage = 'boot' | 'transfer' | 'run' | 'idle'
export const STAGES: readonly Stage[] = ['boot', 'transfer', 'run', 'idle']

export type VerdictContext = {
  stage: Stage
  /** How the program ended, where that is known; left out: nobody saw it. Null: without an exit status. */
  exit?: number | null
}

/** What a console proves about how it ended. Blame is as far as text can tell: the lab knows the board's history. */
export type Verdict = {
  class: FailureClass
  cause: Cause
  blame: Blame
  title: string
  /** Lines of the log, counted from 1; only where the findings have them. */
  lines?: readonly [from: number, to: number]
  /** Offsets in the log, of the first byte and just past the last. */
  bytes: readonly [from: number, to: number]
  proof: readonly string[]
}

/** A lockup so long before a restart has nothing to do with it. */
const LEADS_SECONDS = 300
/** 128 and SIGKILL: how a shell tells what the kernel killed for want of memory (POSIX 2.8.2). */
const KILLED = 137
const LONGEST_PROOF = 120

/**
 * What came first, and what followed from it. Findings in order; of one told twice the later counts. Null where
 * nothing was found that ends a run: a warning alone, or a kill that the program survived.
 */
export function verdictOf(told: readonly Finding[], context: VerdictContext): Verdict | null {
  const story = storyIn(latest(told), context)
  const [first] = story
  if (first === undefined) return null
  const names = story.find(({ cause }) => cause === 'panic') ?? first
  const start = story.find(({ cause }) => cause === 'reset')
  // After a panic a restart is nothing more to tell.
  const isFollowed = start !== undefined && start !== names && names.cause !== 'panic'
  const ends = story.at(-1) ?? first
  const proof = story.flatMap(finding => finding.proof)
  return {
    ...placed(names, story, context),
    title: `${titleOf(names, first)}${isFollowed ? ', then a reset' : ''}`,
    ...(first.lines && ends.lines ? { lines: [first.lines[0], ends.lines[1]] } : {}),
    bytes: [first.from, ends.to],
    proof: proof.length > LONGEST_PROOF ? [...proof.slice(0, LONGEST_PROOF - 1), proof.at(-1) ?? ''] : proof,
  }
}

/** The panic knows the place of the oops it came from, unless it came too late to be told. */
function titleOf(names: Finding, first: Finding): string {
  const { place } = first
  if (names === first || names.place !== null || place === null) return names.title
  return names.title.includes(place) ? names.title : `${names.title}, ${place}`
}

/** The same for a finding at its first line and whole. */
export function keyOf({ from, line }: Finding): string {
  return `${from} ${line}`
}

function latest(told: readonly Finding[]): Finding[] {
  const byFrom = new Map<string, Finding>()
  for (const finding of told) byFrom.set(keyOf(finding), finding)
  return [...byFrom.values()].toSorted((a, b) => a.from - b.from)
}

/** From the first that counts to the restart that follows it; after that another kernel speaks. */
function storyIn(findings: readonly Finding[], context: VerdictContext): Finding[] {
  const at = findings.findIndex((finding, index) => counts(finding, findings.slice(index + 1), context))
  const first = findings[at]
  if (first === undefined) return []
  const story = [first]
  for (const finding of findings.slice(at + 1)) {
    const previous = story.at(-1)
    if (previous?.cause === 'reset' || !follows(finding, story)) break
    if (finding.cause !== 'warning') story.push(finding)
  }
  return story
}

function counts(finding: Finding, after: readonly Finding[], context: VerdictContext): boolean {
  if (finding.severity === 'ends') return true
  const end = after.find(({ severity }) => severity === 'ends')
  switch (finding.cause) {
    case 'lockup':
      return end === undefined ? context.exit === undefined : leadsTo(finding, end, after)
    case 'out of memory':
      return end === undefined && (context.exit === undefined || context.exit === KILLED)
    default:
      return leadsToPanic(finding, end)
  }
}

/** A restart says nothing of the clock: what the kernel said last before it does. */
function leadsTo(lockup: Finding, end: Finding, after: readonly Finding[]): boolean {
  const last = after.slice(0, after.indexOf(end) + 1).findLast(({ seconds }) => seconds !== null)
  return (last?.seconds ?? lockup.seconds ?? 0) - (lockup.seconds ?? 0) <= LEADS_SECONDS
}

/** `panic_on_warn`: the warning is the fault, the panic what became of it (kernel/panic.c). */
function leadsToPanic(warning: Finding, end: Finding | undefined): boolean {
  return end?.cause === 'panic' && /panic_on_warn|warned too often/.test(end.title) && isNear(warning, end)
}

function isNear(before: Finding, after: Finding): boolean {
  return (after.seconds ?? 0) - (before.seconds ?? 0) <= 10
}

/** A second panic is of another kernel; a boot loader's failure comes after the restart that it belongs to. */
function follows(finding: Finding, story: readonly Finding[]): boolean {
  if (finding.cause === 'boot') return false
  return finding.cause !== 'panic' || !story.some(({ cause }) => cause === 'panic')
}

type Place = Pick<Verdict, 'class' | 'cause' | 'blame'>

function placed(names: Finding, story: readonly Finding[], { stage }: VerdictContext): Place {
  const { cause, kind } = names
  // A cut of the power is nobody's test; who cut it the lab knows better.
  if (story.length === 1 && kind === 'power loss')
    return { class: 'infrastructure', cause: 'power', blame: 'site' }
  // Before there was an init there was no program.
  const isBoot = cause === 'boot' || (kind === 'init missing' && !/Attempted to kill init/.test(names.title))
  if (stage === 'run' && !isBoot) return { class: 'test', cause, blame: 'none' }
  return { class: 'infrastructure', cause, blame: 'board' }
}
