/** The card of one test, from queued to its end; edited in place (experience.md). */

import type { BoardStep, FailedCase, Run, RunProgress, RunResult, Waiting } from '../lab/types.ts'
import { casesParts, failedByCases, latestLines, livePart } from './cases.ts'
import { cameBy, copiedWords } from './copied-words.ts'
import { collectedNames, collectedParts } from './run-files.ts'
import { afterwards, eventsPart, lineLink, survivedParts, traceAction } from './run-told.ts'
import {
  attemptNumber,
  isOver,
  isRetrying,
  placeOf,
  priorityName,
  programName,
  stateWord,
  toneOf,
  tookMs,
} from './run-words.ts'
import { bold, button, link, plain, shorten, textOf, user } from './text.ts'
import type { Action, Part, Run as Text, View } from './view.ts'
import { count, elapsed, lasted, size, span, type TimeFrame } from './words.ts'

/** Everything that the card shows. */
export type RunFacts = {
  run: Run
  /** Its place in the queue, and how many wait in all. */
  waiting: Waiting | null
  waitingInAll: number
  progress: RunProgress | null
  /** Last lines while it runs; a finished run has its own. */
  tail: { lines: readonly string[]; total: number } | null
  /** Where the log is, and each stored file. */
  logUrl: string
  fileUrl(name: string): string
  /** Of all its files. */
  pageUrl?: string
  /** Where the lines are that its verdict names. */
  consoleUrl?: string
  /** Nothing holds a board for it any more. */
  released: boolean
  /** Another usable board of its family. */
  elsewhere: string | null
  /** Attempts in all (M3.5). */
  attempts: number
  /** How its last board was looked after. */
  steps?: readonly BoardStep[]
  /** Its failed cases one by one, where they are asked for. */
  failedCases?: readonly FailedCase[]
}

const LINES_RUNNING = 4
const LINES_ENDED = 8
const LINES_PROOF = 12
/** What the program itself printed; the log that people mean. */
const OUTPUT_LOG = 'output.log'
const CASES_FILE = 'cases.json'

export function runCard(facts: RunFacts, frame: TimeFrame): View {
  const { run } = facts
  const title = titleOf(facts, frame)
  const parts =
    run.state === 'queued'
      ? waitingParts(facts)
      : isOver(run.state)
        ? endParts(facts, frame)
        : runningParts(facts)
  const first = parts.find(part => part.t === 'text')
  const more = first?.t === 'text' ? `. ${textOf(first.runs, frame)}` : ''
  return {
    kind: 'message',
    topic: `run/${run.id}`,
    rev: run.rev,
    tone: toneOf(run),
    title,
    ...(isOver(run.state) ? { final: true } : {}),
    aside: asideOf(facts),
    summary: `${textOf(title, frame)}${more}`,
    parts: [...parts, { t: 'actions', items: actionsOf(facts) }],
  }
}

function titleOf({ run, progress }: RunFacts, frame: TimeFrame): readonly Text[] {
  const since = run.times.running
  const word = stateWord(run, progress)
  const clock = word === 'running' && since !== undefined ? ` ${elapsed(frame.now - since)}` : ''
  return [
    bold(run.id),
    plain(` · ${programName(run.program)} on ${placeOf(run)} · `),
    bold(`${word}${clock}`),
  ]
}

function asideOf({ run, attempts }: RunFacts): readonly Text[] {
  const who = user(run.submitter)
  if (isOver(run.state)) {
    const took = tookMs(run)
    return took === null ? [who] : [who, plain(` · ${lasted(took)}`)]
  }
  const number = attemptNumber(run)
  const second = number > 1 ? `attempt ${number} of ${attempts}` : priorityName(run.priority)
  return [who, plain(` · ${second}`)]
}

function waitingParts({ run, waiting, waitingInAll }: RunFacts): readonly Part[] {
  const parts: Part[] = isRetrying(run) ? [said(`${lastMessage(run)} Its place in the queue is kept.`)] : []
  if (waiting === null) return parts
  parts.push(said(`Position ${waiting.position} of ${waitingInAll} · ${startsIn(waiting)}`))
  if (waiting.why.length > 0) parts.push(said(`Why: ${waiting.why.join('; ')}.`))
  return parts
}

/** `starts in about 6 min (9 times of 10 within 11 min)`. */
export function startsIn(waiting: Pick<Waiting, 'startsIn'>): string {
  const estimate = waiting.startsIn
  if (estimate === null) return 'no estimate yet: nothing like it has run before'
  if (estimate.p90Ms < 5_000) return 'starts at once'
  return `starts in about ${span(estimate.medianMs)} (9 times of 10 within ${span(estimate.p90Ms)})`
}

function lastMessage(run: Run): string {
  const last = run.attempts.at(-1)
  return sentence(last?.message ?? `${last?.board ?? 'The board'} failed.`)
}

function runningParts({ run, progress, tail, logUrl }: RunFacts): readonly Part[] {
  const parts: Part[] = []
  const before = run.attempts.at(-2)
  if (before?.message != null) parts.push(said(`Before, on ${before.board}: ${sentence(before.message)}`))
  const copy = progress?.copy ?? null
  if (progress?.copied != null) parts.push(said(copiedWords(progress.copied)))
  else if (copy !== null && copy.done < copy.total) {
    const label = `${size(copy.done)} of ${size(copy.total)} copied`
    parts.push({ t: 'progress', done: copy.done, total: copy.total, label })
  } else if (copy !== null) parts.push(said(`copied ${size(copy.total)} · SHA-256 checked`))
  if (progress?.fetching !== undefined) parts.push(said(fetchingWords(progress.fetching)))
  const cases = progress?.cases
  if (cases !== undefined) parts.push(livePart(cases))
  const last = tail?.lines.slice(-LINES_RUNNING) ?? (progress?.lastLine == null ? [] : [progress.lastLine])
  const lines = cases === undefined || cases.latest.length === 0 ? last : latestLines(cases)
  if (lines.length > 0) parts.push(logPart(lines, tail?.total ?? lines.length, logUrl))
  return parts
}

function endParts(facts: RunFacts, frame: TimeFrame): readonly Part[] {
  const { run, logUrl, fileUrl } = facts
  const { result } = run
  if (result === null) return run.cancelledBy === null ? [] : [said(`Cancelled by @${run.cancelledBy.name}.`)]
  const parts: Part[] = []
  const what = failedByCases(run) === null ? (result.message ?? result.title) : null
  if (what !== null) parts.push(said(sentence(what)))
  const isGiven = result.failure?.class === 'input'
  if ((run.state === 'error' || isGiven) && result.hint !== null) parts.push(said(sentence(result.hint)))
  parts.push(...casesParts(run, facts.failedCases ?? [], fileUrl(CASES_FILE)))
  const proof = result.proof.slice(0, LINES_PROOF)
  if (proof.length > 0) parts.push({ t: 'log', lines: proof, total: proof.length })
  const tail = result.tail.slice(-LINES_ENDED)
  // The proof of a panic is the end of the log; saying it twice helps nobody.
  const isShown = proof.length > 0 || result.cases?.failed.length
  if (!isShown && tail.length > 0) parts.push({ t: 'log', lines: tail, total: result.tailTotal })
  const after = afterwards(run, facts.steps ?? [])
  parts.push(
    ...(after === null ? [] : [said(after)]),
    ...survivedParts(run, facts.consoleUrl),
    ...eventsPart(run, frame),
  )
  const note = endNote(facts, logUrl)
  parts.push(
    ...collectedParts(run, facts.pageUrl),
    ...(note.length === 0 ? [] : [{ t: 'note', runs: note } as const]),
  )
  return parts
}

function fetchingWords({ path, files, bytes }: NonNullable<RunProgress['fetching']>): string {
  return `collecting ${path} · ${size(bytes)} so far${files === 0 ? '' : `, ${count(files, 'file')} whole`}`
}

/** `exit status 1 · board released · log (18 kB) · results.xml`. */
function endNote({ run, released, fileUrl, consoleUrl }: RunFacts, logUrl: string): readonly Text[] {
  const { result } = run
  const words: Text[][] = []
  if (result?.exitStatus != null) words.push([plain(`exit status ${result.exitStatus}`)])
  const line = result === null ? [] : lineLink(result, consoleUrl)
  if (line.length > 0) words.push([...line])
  const ending = endedBy(run)
  if (ending !== null) words.push([plain(ending)])
  if (run.attempts.length > 0) words.push([plain(released ? 'board released' : 'board being released')])
  const collected = collectedNames(run)
  const files = result?.files.filter(file => !collected.has(file.name)) ?? []
  const log = files.find(file => file.name === OUTPUT_LOG)
  if (log !== undefined) words.push([link(`log (${size(log.size)})`, logUrl)])
  for (const file of files.filter(each => each !== log && !isProgram(run, each.name)))
    words.push([link(file.name, fileUrl(file.name))])
  if (result?.copied != null) words.push([plain(cameBy(result.copied))])
  if (result?.copied?.note !== undefined) words.push([plain(result.copied.note)])
  return words.flatMap((word, index) => (index === 0 ? word : [plain(' · '), ...word]))
}

/** The submitter has it already. */
function isProgram(run: Run, name: string): boolean {
  return run.program.kind === 'binary' && run.program.name === name
}

/** Which step of the ladder stopped it; null where it ended by itself. */
function endedBy(run: Run): string | null {
  const how = run.result?.endedBy
  // Nothing was left to end where the kernel died, and nothing was there on a board that it never had.
  const isNothing = how === 'nothing' && (run.result?.failure?.cause === 'panic' || run.attempts.length === 0)
  return how === undefined || how === 'itself' || isNothing ? null : ENDED_BY[how]
}

const ENDED_BY: Readonly<Record<Exclude<RunResult['endedBy'], 'itself'>, string>> = {
  interrupt: 'ended by interrupt',
  kill: 'ended by kill',
  sysrq: 'no prompt after interrupt and kill: ended by SysRq, which killed every process',
  reset: 'no prompt after interrupt and kill: ended by a reset of the board',
  nothing: 'could not be ended on the board',
}

function actionsOf(facts: RunFacts): readonly Action[] {
  const { run } = facts
  const { id } = run
  const expect = { topic: `run/${id}`, rev: run.rev }
  const log = button('log', 'Log', `tests log ${id}`)
  if (isOver(run.state)) {
    const again = [button('again', 'Run again', `tests rerun ${id}`, { expect })]
    if (facts.elsewhere !== null)
      again.push(
        button('elsewhere', 'Run on another board', `tests rerun ${id} --board ${facts.elsewhere}`, {
          expect,
        }),
      )
    const last = run.result?.cases?.compared?.with.run
    const compare =
      last === undefined ? [] : [button('compare', `Compare with ${last}`, `tests compare ${id} ${last}`)]
    return run.attempts.length === 0 ? again : [...again, ...traceAction(run), log, ...compare]
  }
  // However far it has got meanwhile, it is not wanted any more.
  const cancel = button('cancel', 'Cancel', `queue cancel ${id}`)
  if (run.state !== 'queued') return [cancel, log, button('board', 'Board', `boards show ${placeOf(run)}`)]
  const up = run.priority === 1 ? [] : [button('high', 'Move to high', `queue move ${id} high`, { expect })]
  return [...up, cancel, button('queue', 'Show queue', 'queue')]
}

function logPart(lines: readonly string[], total: number, url: string): Part {
  return { t: 'log', lines: lines.map(line => shorten(line, 400)), total, link: { text: 'log', url } }
}

function said(text: string): Part {
  return { t: 'text', runs: [plain(text)] }
}

/** With a full stop, whoever wrote it. */
export function sentence(text: string): string {
  return /[.!?…]$/.test(text.trim()) ? text.trim() : `${text.trim()}.`
}
