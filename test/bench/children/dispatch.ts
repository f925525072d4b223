/** What a look at the queue costs in a whole lab: 10,000 waiting, 1,000 boards of which none is free. */
import type { SubmitRequest } from '../../../src/lab/lab.ts'
import { HERE, MEI, openLab } from '../../lab/harness.ts'
import { aBoard, aRun, someSettings } from '../../lab/samples.ts'
import { until } from '../../until.ts'

export type DispatchSaid = {
  look: readonly number[]
  queue: readonly number[]
  /** Two hundred submitted at once on a thousand free boards: until all have begun, and the longest wait for others. */
  rush: { startedMs: number; heldMs: number }
}

const WAITING = 10_000
const BOARDS = 1_000
const FAMILIES = 20
const AT_ONCE = 500
const ROUNDS = 20
const RUSH = 200

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
await under.close()
const rush = await atOnce()
process.stdout.write(`${JSON.stringify({ look, queue, rush } satisfies DispatchSaid)}\n`)

async function atOnce(): Promise<DispatchSaid['rush']> {
  const { lab, site, close } = await openLab({ boards, inventory: { settings } })
  let heldMs = 0
  let last = performance.now()
  const turn = setInterval(() => {
    heldMs = Math.max(heldMs, performance.now() - last)
    last = performance.now()
  }, 1)
  const from = performance.now()
  await Promise.all(
    Array.from({ length: RUSH }, (_, n) => lab.submit(requestFor(`f${n % FAMILIES}`), MEI, HERE)),
  )
  await until(() => site.tests.size === RUSH, 'all have begun')
  const startedMs = performance.now() - from
  clearInterval(turn)
  await close()
  return { startedMs, heldMs }
}

function requestFor(family: string): SubmitRequest {
  const program = { kind: 'shell', command: 'true' } as const
  return { family, board: null, program, args: [], env: {}, priority: 2, timeoutMs: null }
}

async function timed(work: () => Promise<unknown>): Promise<number[]> {
  const samples: number[] = []
  for (let n = 0; n < ROUNDS; n++) {
    const from = performance.now()
    await work()
    samples.push(performance.now() - from)
  }
  return samples.slice(ROUNDS / 4)
}
