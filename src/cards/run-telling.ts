/** What the submitter is told, once, when a test has ended (M5.2, M5.3), or has nothing left to wait for (M2.7). */

import type { Run } from '../lab/types.ts'
import { casesTold, failedByCases, failedLines, failedWords, firstFailed } from './cases.ts'
import { sentence } from './run.ts'
import { placeOf, programName, toneOf, tookMs } from './run-words.ts'
import { button, link, plain, textOf, user } from './text.ts'
import type { Part, Run as Text, View } from './view.ts'
import { count, lasted, span, type TimeFrame } from './words.ts'

const LAST_LINES = 5

/** `why`: what it waits for, while it does. */
export function runTelling(run: Run, logUrl: string, frame: TimeFrame, why: readonly string[] = []): View {
  if (run.state === 'queued') return waitingTelling(run, why, frame)
  const title: Text[] = [user(run.submitter), plain(` ${run.id} ${outcome(run)}`)]
  if (run.attempts.length > 0) title.push(plain(' '), link('Log', `${logUrl}${firstFailed(run)}`))
  const failed = failedLines(run).slice(0, LAST_LINES)
  // What a kernel says first is why it died; of a program the last words count.
  const { proof = [], tail = [] } = run.result ?? {}
  const last = proof.length > 0 ? proof.slice(0, LAST_LINES) : tail.slice(-LAST_LINES)
  const lines = failed.length > 0 ? failed : last
  const isTail = failed.length === 0 && proof.length === 0
  const total = isTail ? (run.result?.tailTotal ?? lines.length) : lines.length
  const parts: Part[] = lines.length === 0 ? [] : [{ t: 'log', lines, total }]
  const again = button('again', 'Run again', `tests rerun ${run.id}`, {
    expect: { topic: `run/${run.id}`, rev: run.rev },
  })
  if (run.state !== 'passed') parts.push({ t: 'actions', items: [again] })
  return {
    kind: 'message',
    topic: `run/${run.id}`,
    rev: run.rev,
    tone: toneOf(run),
    title,
    summary: textOf(title, frame),
    parts,
  }
}

function waitingTelling(run: Run, why: readonly string[], frame: TimeFrame): View {
  const reason = why.length === 0 ? '' : `: ${why.join('; ')}`
  const words = ` ${run.id} (${programName(run.program)}) waits${reason}. It goes on by itself when there is one.`
  const title: Text[] = [user(run.submitter), plain(words)]
  const cancel = button('cancel', 'Cancel it', `queue cancel ${run.id}`)
  return {
    kind: 'message',
    topic: `run/${run.id}`,
    rev: run.rev,
    tone: 'warn',
    title,
    summary: textOf(title, frame),
    parts: [{ t: 'actions', items: [cancel] }],
  }
}

/** Only what is out of the ordinary has its step named. */
function howEnded(run: Run): string {
  switch (run.result?.endedBy) {
    case 'nothing':
      return `could not be ended on ${placeOf(run)}`
    case 'sysrq':
      return `was ended on ${placeOf(run)} by SysRq`
    case 'reset':
      return `was ended on ${placeOf(run)} by a reset of the board`
    default:
      return `was ended on ${placeOf(run)}`
  }
}

/** `failed after 01:12: exit status 3.` */
function outcome(run: Run): string {
  const took = tookMs(run)
  const after = took === null ? '' : ` after ${lasted(took)}`
  const what = programName(run.program)
  switch (run.state) {
    case 'passed':
      return sentence(`passed on ${placeOf(run)}${after}: ${what}${casesTold(run)}`)
    case 'timeout':
      return `timeout after ${span(run.timeoutMs)}: ${what} ${howEnded(run)}.`
    case 'cancelled':
      return run.cancelledBy === null ? 'was cancelled.' : `was cancelled by @${run.cancelledBy.name}.`
    case 'failed': {
      // What a person gave can be mended by that person: what is wrong, and what to do.
      if (run.result?.failure?.class === 'input') return `failed${after}: ${sentence(reason(run))}`
      const cases = failedByCases(run)
      if (cases !== null) return `failed${after}: ${failedWords(cases)}.`
      return `failed${after}: ${sentence(run.result?.title ?? run.result?.message ?? what)}`
    }
    case 'error':
      return `did not get through (infrastructure, ${count(run.attempts.length, 'attempt')}): ${sentence(reason(run))}`
    default:
      return `is ${run.state}.`
  }
}

function reason(run: Run): string {
  const { message, hint, title } = run.result ?? { message: null, hint: null, title: null }
  const text = message ?? title ?? 'no board answered'
  return hint === null ? text : `${sentence(text)} ${hint}`
}
