import type { Lease, Run } from '../../src/lab/types.ts'
import type { Stored } from './stored.ts'
import type { Ears } from './victim.ts'

/**
 * What the bot's people know of it, kept where no kill reaches: every line that was typed, every answer and telling
 * that came, and what was found on the disk after each kill.
 */
export type Ledger = {
  readonly ears: Ears
  /** By id, with the word by which the test knows itself; no id ever means two things. */
  readonly runs: ReadonlyMap<string, string>
  readonly leases: ReadonlyMap<string, Lease>
  /** Lines that were answered, without a fault or with one. */
  readonly answered: readonly string[]
  /** Runs whose cancelling was typed, and those for which it was answered. */
  readonly cancelTyped: ReadonlySet<string>
  readonly cancelled: ReadonlySet<string>
  readonly releaseTyped: ReadonlySet<string>
  /** Final state of each run that was told. */
  readonly told: ReadonlyMap<string, string>
  /** Attempts of each run that may not begin again: its outcome, or a wish to cancel it, was on the disk at a kill. */
  readonly ended: ReadonlyMap<string, number>
  /** Attempts that a kill cut short. */
  readonly cut: ReadonlyMap<string, readonly number[]>
  /** Every test that was ever seen, answered for or not. */
  known(): readonly string[]
  /** Everything that was wrong so far, a sentence each. */
  readonly faults: string[]
  /** A thing was seen under an id: somewhere in the lab's records, or on a board. */
  knows(id: string, word: string, where: string): void
  /** Takes in what a kill left on the disk. */
  killed(stored: Stored): void
  /** Called for every answer, and for every telling. */
  onAnswer: (answer: Answer) => void
  onTelling: () => void
}

export type Answer = { started: string | null; result: unknown }

/** The word in a test's own arguments: `n12`. */
export function wordOf(run: Run): string {
  const text = run.program.kind === 'shell' ? run.program.command : run.args.join(' ')
  return /\bn\d+\b/.exec(text)?.[0] ?? '?'
}

export function createLedger(): Ledger {
  const words = new Map<string, string>()
  const ids = new Map<string, string>()
  const runs = new Map<string, string>()
  const leases = new Map<string, Lease>()
  const answered: string[] = []
  const cancelTyped = new Set<string>()
  const cancelled = new Set<string>()
  const releaseTyped = new Set<string>()
  const told = new Map<string, string>()
  const ended = new Map<string, number>()
  const cut = new Map<string, number[]>()
  const faults: string[] = []

  const knows = (id: string, word: string, where: string): void => {
    const before = words.get(id) ?? word
    if (before !== word) faults.push(`${where}: ${id} is ${word}, and it was ${before}`)
    const other = ids.get(word) ?? id
    if (other !== id) faults.push(`${where}: ${word} is ${id}, and it was ${other}`)
    words.set(id, word)
    ids.set(word, id)
  }
  const answer = (line: string, result: unknown): void => {
    const [verb, noun, id = ''] = line.split(' ')
    const { run, lease } = result as { run?: Run; lease?: Lease }
    if (verb === 'run-test' && run !== undefined) {
      runs.set(run.id, wordOf(run))
      knows(run.id, wordOf(run), 'a reply')
    } else if (verb === 'lease' && lease !== undefined) leases.set(lease.id, lease)
    if (verb === 'queue' && noun === 'cancel') cancelled.add(id)
  }

  const ledger: Ledger = {
    ...{ runs, leases, answered, cancelTyped, cancelled, releaseTyped, told, ended, cut, faults, knows },
    known: () => [...words.keys()],
    onAnswer: () => {},
    onTelling: () => {},
    ears: {
      onTyped(_n, _as, line) {
        const [verb, noun, id = ''] = line.split(' ')
        if (verb === 'queue' && noun === 'cancel') cancelTyped.add(id)
        if (verb === 'lease' && noun === 'release') releaseTyped.add(id)
      },
      onReply({ started, fault, result }, line) {
        answered.push(line)
        if (fault === null) answer(line, result)
        ledger.onAnswer({ started, result })
      },
      onTold(topic, state) {
        const [kind, id = ''] = topic.split('/')
        if (kind !== 'run' || state === null) return
        const before = told.get(id) ?? state
        if (before !== state) faults.push(`${id} was told as ${before}, then as ${state}`)
        told.set(id, state)
        ledger.onTelling()
      },
    },
    killed({ live, history }) {
      for (const run of [...history.values(), ...Object.values(live.runs)]) {
        knows(run.id, wordOf(run), 'the disk')
        const attempt = run.attempts.at(-1)
        if (run.result !== null || run.cancelledBy !== null) ended.set(run.id, run.attempts.length)
        if (run.result === null && attempt !== undefined && attempt.endedAt === null)
          cut.set(run.id, [...(cut.get(run.id) ?? []).filter(n => n !== attempt.number), attempt.number])
      }
    },
  }
  return ledger
}
