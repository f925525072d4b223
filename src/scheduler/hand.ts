import { isMainThread, parentPort, workerData } from 'node:worker_threads'
import type { HandName } from './types.ts'

/** A clock hand: its strike is a message with its name, and that is all it does. */
export type Hand = { name: HandName; strike(): void }

/**
 * Declares the hand of a file in `jobs/`. Where that file is a thread of its own (Bree names it in the thread's
 * data), it strikes once, and the thread ends with the file. Anywhere else declaring it does nothing.
 */
export function hand(name: HandName): Hand {
  const strike = (): void => parentPort?.postMessage(name)
  if (!isMainThread && jobName(workerData) === name) strike()
  return { name, strike }
}

function jobName(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || !('job' in data)) return null
  const { job } = data
  return typeof job === 'object' && job !== null && 'name' in job ? job.name : null
}
