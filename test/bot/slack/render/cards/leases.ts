/** The cards of leases, and of the files that go to and fro under them. */

import { leaseCard } from '../../../../../src/cards/lease.ts'
import { leaseTelling } from '../../../../../src/cards/lease-telling.ts'
import { leasesCard } from '../../../../../src/cards/leases.ts'
import { transferCard } from '../../../../../src/cards/transfer.ts'
import type { Lease, Transfer } from '../../../../../src/lab/types.ts'
import { FRAME } from '../../../../cards/draw.ts'
import { makeBoard, makeBoardConfig, makeLease, makeWaiting, NOON } from '../../../../commands/lab-port.ts'
import { consolesOf } from './boards.ts'
import { each, type Maker, named, shown, times } from './shown.ts'
import { collectedOf, copiedOf, storedOf } from './told.ts'

const STATES = ['waiting', 'checking', 'active', 'released', 'expired'] as const

export function leaseOf(state: Lease['state'], word: string, more: Partial<Lease> = {}): Lease {
  const holder = { kind: 'person', person: named(word) } as const
  const isOver = state === 'released' || state === 'expired'
  return makeLease({ state, holder, ended: isOver ? word : null, ...more })
}

/** Each other in another state, every ninth held by a test. */
export function leasesOf(size: number, word: string): readonly Lease[] {
  return times(size, at => {
    const isTests = at % 9 === 8
    const holder = { holder: { kind: 'run', run: 'T128', attempt: 1 } } as const
    return leaseOf(each(STATES, at), word, { id: `L${at}`, family: word, ...(isTests ? holder : {}) })
  })
}

const IN_STATES: Readonly<Record<string, Maker>> = Object.fromEntries(
  STATES.map(state => [
    `a lease that is ${state}`,
    shown(leaseCard, (size, word) => [
      {
        lease: leaseOf(state, word),
        waiting: makeWaiting({ why: times(size, () => word) }),
        waitingInAll: size,
        board: manyConsoles(size, word),
        gateway: { host: 'lab', port: 7012 },
        viewer: named(word),
      },
      FRAME,
    ]),
  ]),
)

function manyConsoles(size: number, word: string): ReturnType<typeof makeBoard> {
  const config = makeBoardConfig('soc-b-001', { consoles: consolesOf(size, word) })
  const people = { typing: word, watching: times(size, () => word) }
  return makeBoard('soc-b-001', { config, people })
}

function transferOf(what: Transfer['what'], more: Partial<Transfer> = {}): Transfer {
  return {
    ...{ id: 'L3.1', rev: 7, board: 'soc-a-003', by: named('kai'), startedAt: NOON - 9_000, endedAt: NOON },
    ...{ copied: null, collected: null, files: [], failure: null, message: null, hint: null },
    what,
    ...more,
  }
}

const sent = (word: string): Transfer['what'] => ({
  ...{ kind: 'send', name: word, file: word, size: 1_200_000, to: word },
})
const fetched = (size: number, word: string): Transfer['what'] => ({
  kind: 'fetch',
  patterns: times(size, () => word),
})

const PAGE = 'http://lab/L3'

export const LEASE_CARDS: Readonly<Record<string, Maker>> = {
  ...IN_STATES,
  'all leases': shown(leasesCard, (size, word) => [leasesOf(size, word), FRAME]),
  'a lease': shown(leaseCard, (_, word) => [
    {
      ...{ lease: leaseOf('active', word), waiting: null, waitingInAll: 0, gateway: null, viewer: null },
      board: makeBoard('soc-b-001'),
    },
    FRAME,
  ]),
  'that a lease ends': shown(leaseTelling, (size, word) => [
    {
      lease: leaseOf('active', word, { warned: [600_000] }),
      waiter: makeWaiting({ what: word, who: named(word) }),
      why: times(size, () => word),
      hasConsoles: true,
    },
    FRAME,
  ]),
  'that a lease has ended': shown(leaseTelling, (_, word) => [
    { lease: leaseOf('expired', word), waiter: null },
    FRAME,
  ]),
  'that a lease waits': shown(leaseTelling, (size, word) => [
    { lease: leaseOf('waiting', word), waiter: null, why: times(size, () => word) },
    FRAME,
  ]),
  'a file on its way to a board': shown(transferCard, (size, word) => {
    const progress = { stage: 'copying', bytes: size, total: 1_000, path: null, files: 0 } as const
    return [{ transfer: transferOf(sent(word), { endedAt: null }), progress, pageUrl: PAGE }, FRAME]
  }),
  'a file that is on a board': shown(transferCard, (_, word) => {
    const transfer = transferOf(sent(word), { copied: copiedOf(word), by: named(word) })
    return [{ transfer, progress: null, pageUrl: PAGE }, FRAME]
  }),
  'a file that did not get to a board': shown(transferCard, (_, word) => {
    const failure = { class: 'infrastructure', cause: 'console lost', blame: 'board' } as const
    const transfer = transferOf(sent(word), { failure, message: word, hint: word })
    return [{ transfer, progress: null, pageUrl: PAGE }, FRAME]
  }),
  'files on their way from a board': shown(transferCard, (size, word) => {
    const progress = { stage: 'collecting', bytes: size, total: null, path: word, files: size } as const
    return [{ transfer: transferOf(fetched(size, word), { endedAt: null }), progress, pageUrl: PAGE }, FRAME]
  }),
  'files from a board': shown(transferCard, (size, word) => {
    const files = storedOf(size, at => `c${at}`)
    const transfer = transferOf(fetched(size, word), { collected: collectedOf(size, word), files })
    return [{ transfer, progress: null, pageUrl: PAGE }, FRAME]
  }),
}
