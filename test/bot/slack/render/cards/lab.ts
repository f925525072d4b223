/** The cards of the lab as a whole: what is wrong, who waits, who did what, and what can be typed. */

import { alertsCard, alertTelling } from '../../../../../src/cards/alert.ts'
import { auditCard } from '../../../../../src/cards/audit.ts'
import { findCard } from '../../../../../src/cards/find.ts'
import { homeCard } from '../../../../../src/cards/home.ts'
import { queueCard } from '../../../../../src/cards/queue.ts'
import { reloadCard } from '../../../../../src/cards/reload.ts'
import { statusCard } from '../../../../../src/cards/status.ts'
import type { Alert, AuditEntry } from '../../../../../src/lab/types.ts'
import { FRAME } from '../../../../cards/draw.ts'
import { makeRun, makeStatus, makeWaiting, NOON } from '../../../../commands/lab-port.ts'
import { leasesOf } from './leases.ts'
import { progressOf, runsOf } from './runs.ts'
import { type Maker, named, shown, times } from './shown.ts'

/** Every third is looked after by somebody. */
export function alertOf(at: number, text: string, resolvedAt: number | null = null): Alert {
  const acknowledged = { acknowledged: { by: named(text), at: NOON } }
  return {
    id: `A${at}`,
    cause: `c${at}`,
    text,
    since: NOON,
    resolvedAt,
    ...(at % 3 === 2 ? acknowledged : {}),
  }
}

function audited(at: number, word: string): AuditEntry {
  return {
    at: NOON + at,
    who: named(word),
    where: word,
    line: word,
    args: {},
    decision: 'allowed',
    result: word,
    ...(at % 2 === 0 ? {} : { reference: 'X7K2' }),
  }
}

export const LAB_CARDS: Readonly<Record<string, Maker>> = {
  'the queue': shown(queueCard, (size, word) => [
    {
      waiting: times(size, at =>
        makeWaiting({ id: `T${at}`, position: at + 1, what: word, who: named(word), family: word }),
      ),
      running: times(size, at => ({
        run: makeRun({ id: `T9${at}`, submitter: named(word), program: { kind: 'shell', command: word } }),
        progress: at % 2 === 0 ? progressOf(word) : null,
        elapsedMs: 1,
      })),
      averageWaitMs: 1,
      limit: 50,
    },
    FRAME,
  ]),
  'what was done': shown(auditCard, (size, word) => [times(size, at => audited(at, word)), [word], FRAME]),
  'what was found': shown(findCard, (size, word) => [
    word,
    times(size, at => ({ kind: 'board' as const, id: `b${at}`, about: word, line: `boards show b${at}` })),
    size,
    FRAME,
  ]),
  'what is wrong': shown(alertsCard, (size, word) => [times(size, at => alertOf(at, word)), FRAME]),
  'that something is wrong': shown(alertTelling, (size, word) => [alertOf(size, word), FRAME]),
  'that something was wrong': shown(alertTelling, (size, word) => [alertOf(size, word, NOON), FRAME]),
  'the lab': shown(statusCard, (size, word) => [
    makeStatus({
      days: times(size, at => ({ day: `2026-11-${at}`, passed: at, failed: 1, other: 0 })),
      alerts: times(Math.min(size, 101), at => alertOf(at, word)),
      inventory: { file: word, loadedAt: NOON, rolesConfigured: false },
      storage: { full: true, freeBytes: size, artifactBytes: size },
    }),
    FRAME,
  ]),
  "somebody's own page": shown(homeCard, (size, word) => [
    {
      viewer: named(word),
      leases: leasesOf(size, word),
      runs: runsOf(size, word),
      progress: () => progressOf(word),
      waiting: () => makeWaiting(),
      families: times(size, at => ({
        name: `${word}${at}`,
        boards: 3,
        usable: 2,
        free: 1,
        running: 1,
        limit: 3,
      })),
      queue: { waiting: 1, running: 1, averageWaitMs: 1 },
      usable: 1,
      boards: 2,
      alerts: times(size, at => alertOf(at, word)),
      hasConsoles: true,
    },
    FRAME,
  ]),
  'a reload': shown(reloadCard, (size, word) => {
    const names = times(size, at => `${word}-${at}`)
    return [{ file: word, added: names, removed: names, changed: names }, FRAME]
  }),
}
