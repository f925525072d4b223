import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

export type Counting = { reader: 'cases' | 'verdict'; logs: readonly string[] }

/**
 * How often anything in `src/reading` runs while it reads each log, as V8 counts it block by block: the same on any
 * machine, however fast. In a thread of its own, as counting is of a whole one and `make coverage` counts too.
 */
export async function stepsOf(reader: Counting['reader'], logs: readonly string[]): Promise<number[]> {
  const worker = new Worker(new URL('./steps-worker.ts', import.meta.url), { workerData: { reader, logs } })
  try {
    const [steps] = (await once(worker, 'message')) as [number[]]
    return steps
  } finally {
    await worker.terminate()
  }
}
