import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LabState, Lease, Run } from '../../src/lab/types.ts'
import { dataLayout } from '../../src/storage/index.ts'
import { filePath } from '../../src/storage/owner-folder.ts'
import { type Ledger, wordOf } from './ledger.ts'
import type { Stored } from './stored.ts'

const ACTIVE = ['leasing', 'preparing', 'running']

/** P27: what was answered for is on the disk, at the very moment of the kill. */
export function answeredIsStored(ledger: Ledger, { live, history, audited }: Stored): void {
  const { faults } = ledger
  for (const id of ledger.runs.keys())
    if (live.runs[id] === undefined && !history.has(id))
      faults.push(`${id} was answered for and is not stored`)
  for (const id of ledger.cancelled) {
    const run = live.runs[id] ?? history.get(id)
    if (run?.cancelledBy === null) faults.push(`${id}: its cancelling was answered for and is not stored`)
  }
  for (const [id, state] of ledger.told) {
    const run = history.get(id) ?? live.runs[id]
    if (run?.state !== state) faults.push(`${id} was told as ${state}, and is stored as ${run?.state}`)
  }
  for (const [id, { state, until, board }] of ledger.leases) {
    const stored = live.leases[id]
    if (ledger.releaseTyped.has(id)) continue
    if (stored === undefined) faults.push(`${id} was answered for and is not stored`)
    else if (state === 'active' && (stored.board !== board || (stored.until ?? 0) < (until ?? 0)))
      faults.push(`${id} was promised ${board} until ${until}, and has ${stored.board} until ${stored.until}`)
  }
  const lines = new Map<string, number>()
  for (const { line } of audited) lines.set(line, (lines.get(line) ?? 0) + 1)
  for (const line of ledger.answered) {
    const left = (lines.get(line) ?? 0) - 1
    if (left < 0) faults.push(`"${line}" was answered and is not in the audit`)
    lines.set(line, left)
  }
}

/** P25: after the start nothing is held by who is dead, and people have what they had. */
export function leasesAfterStart(ledger: Ledger, before: LabState, after: LabState): void {
  for (const lease of Object.values(before.leases)) {
    if (lease.holder.kind !== 'person' || lease.state !== 'active') continue
    const kept = after.leases[lease.id]
    if (kept === undefined || !isSame(lease, kept))
      ledger.faults.push(
        `${tell(lease)} before the kill, and after it ${kept === undefined ? 'nothing' : tell(kept)}`,
      )
  }
  noLeaseOfTheDead(ledger, after)
}

function isSame(before: Lease, after: Lease): boolean {
  const { state, board, until } = after
  const holder = JSON.stringify(before.holder) === JSON.stringify(after.holder)
  return (
    holder && state === 'active' && board === before.board && until === before.until && higher(before, after)
  )
}

function higher(before: Lease, after: Lease): boolean {
  return (after.token ?? 0) > (before.token ?? 0)
}

function tell({ id, state, board, until, token }: Lease): string {
  return `${id} is ${state} on ${board} until ${until} (token ${token})`
}

export function noLeaseOfTheDead(ledger: Ledger, live: LabState): void {
  const boards = new Map<string, string>()
  for (const { id, holder, board, state } of Object.values(live.leases)) {
    if (board !== null && (state === 'active' || state === 'checking')) {
      const other = boards.get(board)
      if (other !== undefined) ledger.faults.push(`${board} is held by ${other} and by ${id}`)
      boards.set(board, id)
    }
    if (holder.kind !== 'run') continue
    const run = live.runs[holder.run]
    if (run === undefined || !ACTIVE.includes(run.state) || run.attempts.length !== holder.attempt)
      ledger.faults.push(`${id} holds ${board}, and ${holder.run} is ${run?.state ?? 'gone'}`)
  }
}

/** Every run that was stored has come to the end that is its own, by attempts that only a kill cut short. */
export function runsHaveEnded(ledger: Ledger, runs: Readonly<Record<string, Run | null>>): void {
  const { faults } = ledger
  for (const id of ledger.known()) {
    const run = runs[id] ?? null
    if (run === null) {
      faults.push(`${id} is not known any more`)
      continue
    }
    ledger.knows(id, wordOf(run), 'history')
    if (!endsOf(run, ledger).includes(run.state))
      faults.push(`${id} ended as ${run.state}: ${run.result?.message}`)
    if (ledger.told.get(id) !== run.state)
      faults.push(`${id} is ${run.state}, and was told as ${ledger.told.get(id) ?? 'nothing'}`)
    attemptsAreRight(ledger, run)
  }
}

/** The test's own exit status stands behind its word. */
function endsOf(run: Run, ledger: Ledger): readonly string[] {
  const text = run.program.kind === 'shell' ? run.program.command : run.args.join(' ')
  const own = /\bn\d+ 3\b/.test(text) ? 'failed' : 'passed'
  return ledger.cancelTyped.has(run.id) ? [own, 'cancelled'] : [own]
}

function attemptsAreRight({ faults, ended, cut }: Ledger, run: Run): void {
  const { id, attempts } = run
  const atEnd = ended.get(id)
  if (atEnd !== undefined && attempts.length !== atEnd)
    faults.push(`${id} had ended with attempt ${atEnd}, and has ${attempts.length}`)
  const cuts = cut.get(id) ?? []
  for (const { number, failure, uncounted, endedAt, message } of attempts) {
    const isLast = number === attempts.length
    const cancelled = isLast && run.state === 'cancelled'
    if (endedAt === null) faults.push(`${id}: attempt ${number} never ended`)
    if (cuts.includes(number) && !cancelled && !(failure?.cause === 'restart' && uncounted))
      faults.push(
        `${id}: attempt ${number} was cut by a kill, and its failure is ${failure?.cause} (${uncounted})`,
      )
    if (!cuts.includes(number) && !isLast)
      faults.push(`${id}: attempt ${number} failed without a kill: ${failure?.cause}: ${message}`)
  }
}

/** Files of what has ended: there, whole, and what their sums say. */
export function artifactsAreWhole(
  ledger: Ledger,
  dir: string,
  runs: Readonly<Record<string, Run | null>>,
): void {
  const { artifacts } = dataLayout(join(dir, 'data'))
  for (const run of Object.values(runs)) {
    if (run === null) continue
    for (const { name, size, sha256 } of run.result?.files ?? []) {
      const bytes = contentOf(filePath(artifacts, run.id, name))
      if (bytes === null) ledger.faults.push(`${run.id}/${name} is not there`)
      else if (bytes.length !== size || createHash('sha256').update(bytes).digest('hex') !== sha256)
        ledger.faults.push(`${run.id}/${name} has ${bytes.length} bytes, and its sum says something else`)
    }
    if (run.state === 'passed') outputIsThere(ledger, artifacts, run)
    if (run.state === 'passed' || run.result?.exitStatus === 3) casesAreThere(ledger, artifacts, run)
    if (run.state === 'passed' && run.collect !== undefined) filesAreThere(ledger, artifacts, run)
  }
}

/** M6.6: both of its cases, in its record and in its file, whoever of several bots read them. */
function casesAreThere({ faults }: Ledger, artifacts: string, run: Run): void {
  const { totals, failed = [] } = run.result?.cases ?? {}
  const xml = contentOf(filePath(artifacts, run.id, 'results.xml'))?.toString() ?? ''
  const isWhole = totals?.total === 2 && totals.announced === 2 && xml.includes(`name="${wordOf(run)}"`)
  if (!isWhole || (failed.length === 1) !== (run.state === 'failed'))
    faults.push(`${run.id} is ${run.state}, and its cases are ${JSON.stringify(run.result?.cases)}: ${xml}`)
}

/** M6.8: of the attempt that counted, and of no other. */
function filesAreThere({ faults }: Ledger, artifacts: string, run: Run): void {
  const text = contentOf(filePath(artifacts, run.id, 'left.txt'))?.toString()
  const wanted = `${wordOf(run)} on br-${run.id.toLowerCase()}-${run.attempts.length}\n`
  if (text !== wanted)
    faults.push(
      `${run.id} left ${JSON.stringify(wanted)}, and has ${JSON.stringify(text)}: ${JSON.stringify(run.result?.collected)}`,
    )
}

function outputIsThere({ faults }: Ledger, artifacts: string, run: Run): void {
  const names = (run.result?.files ?? []).map(file => file.name)
  const number = run.attempts.length
  const console = number === 1 ? 'console.log' : `console-${number}.log`
  if (run.program.kind === 'binary' && !names.includes(run.program.name)) faults.push(`${run.id}: no program`)
  const log = contentOf(filePath(artifacts, run.id, console))?.toString('latin1') ?? ''
  if (!names.includes(console)) faults.push(`${run.id} passed without a log of its console`)
  else if (!log.includes(`done ${wordOf(run)}`)) faults.push(`${run.id} passed, and its log has no end`)
}

function contentOf(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch {
    return null
  }
}
