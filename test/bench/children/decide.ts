/** What the queue's deciding costs, at 10,000 waiting and 1,000 boards (console.md, numbers to beat). */
import { claimOfRun } from '../../../src/lab/queue/claims.ts'
import { decide, type Place } from '../../../src/lab/queue/decide.ts'
import { aRun } from '../../lab/samples.ts'

export type DecideSaid = {
  /** Every board free; one board of a family, wanted by all; one, and most of those waiting want another family. */
  full: readonly number[]
  freed: readonly number[]
  sort: readonly number[]
  starts: number
}

const WAITING = 10_000
const BOARDS = 1_000
const FAMILIES = 20
const ROUNDS = 60

const claims = Array.from({ length: WAITING }, (_, n) => {
  const family = `f${(n * 7) % FAMILIES}`
  const board = n % 50 === 0 ? `b${(n * 13) % BOARDS}` : null
  const priority = ((n * 11) % 3) + 1
  return claimOfRun(aRun({ id: `T${n + 1}`, family, board, priority: priority as 1 | 2 | 3, arrivedAt: n }))
})
const place = (n: number, free: boolean): Place => ({
  ...{ id: `b${n}`, family: `f${n % FAMILIES}`, site: 'here', free, uses: (n * 31) % 17, lastUsedAt: n },
})
const room = new Map(Array.from({ length: FAMILIES }, (_, n) => [`f${n}`, BOARDS]))
const allFree = Array.from({ length: BOARDS }, (_, n) => place(n, true))
const oneFree = Array.from({ length: BOARDS }, (_, n) => place(n, n === 517))

const full = timed(() => decide(claims, allFree, room, 0))
const freed = timed(() => decide(claims, oneFree, room, 0))
const sort = timed(() => [...claims].sort((a, b) => a.priority - b.priority || a.arrivedAt - b.arrivedAt))
const starts = decide(claims, allFree, room, 0).length
process.stdout.write(`${JSON.stringify({ full, freed, sort, starts } satisfies DecideSaid)}\n`)

function timed(work: () => unknown): number[] {
  for (let n = 0; n < ROUNDS / 2; n++) work()
  return Array.from({ length: ROUNDS }, () => {
    const from = performance.now()
    work()
    return performance.now() - from
  })
}
