/** What a look at the queue costs in a whole lab: 10,000 waiting, 1,000 boards of which none is free. */

import { openLab } from '../../lab/harness.ts'
import { aBoard, aRun, someSettings } from '../../lab/samples.ts'

export type DispatchSaid = { look: readonly number[]; queue: readonly number[]; boards: readonly number[] }

const WAITING = 10_000
const BOARDS = 1_000
const FAMILIES = 20
const AT_ONCE = 500
const ROUNDS = 20

const boards = Array.from({ length: BOARDS }, (_, n) => aBoard(`b${n}`, { family: `f${n % FAMILIES}` }))
const settings = someSettings({ queueLimit: 10_000 })
const under = await openLab({ boards, inventory: { settings } })
const { store } = under.storage
await store.commit(
  boards.map(({ id }) => ({ o: 'board/step', id, at: 0, event: { kind: 'lost', reason: 'bench' } }) as const),
)
for (let from = 1; from <= WAITING; from += AT_ONCE) {
  const runs = Array.from({ length: AT_ONCE }, (_, at) =>
    aRun({ id: `T${from + at}`, family: `f${(from + at) % FAMILIES}`, arrivedAt: from + at, times: {} }),
  )
  await store.commit(runs.map(run => ({ o: 'run/submitted', run }) as const))
}

/** Of `sweep` all but the looking is nothing here. */
const look = await timed(() => under.lab.sweep())
const queue = await timed(async () => under.lab.queue())
const all = await timed(async () => under.lab.boards())
process.stdout.write(`${JSON.stringify({ look, queue, boards: all } satisfies DispatchSaid)}\n`)
await under.close()

async function timed(work: () => Promise<unknown>): Promise<number[]> {
  const samples: number[] = []
  for (let n = 0; n < ROUNDS; n++) {
    const from = performance.now()
    await work()
    samples.push(performance.now() - from)
  }
  return samples.slice(ROUNDS / 4)
}
