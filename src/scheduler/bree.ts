import { Worker, type WorkerOptions } from 'node:worker_threads'
import Bree from 'bree'
import { type Millis, systemClock, within } from '../clock.ts'
import { messageOf } from '../errors.ts'
import type { Log } from '../log.ts'
import type { Thread, Threads } from './types.ts'

/** A thread of a single strike that is still there after this long is ended. */
const BRIEF_MS = 30_000
/** How long the end of a thread that was ended may take. */
const KILL_MS = 1_000

/** Threads run by Bree 9.2; its traps (stack.md 2) end here. `onMessage` must not throw: it would on the main thread. */
export function createBreeThreads(
  threads: readonly Thread[],
  onMessage: (thread: string, message: unknown) => void,
  log: Log,
): Threads {
  /** Threads whose error was told: Bree calls again for their exit (its issue 242). */
  const told = new Set<string>()
  let stopping = false

  const bree = new Bree({
    root: false,
    doRootCheck: false,
    defaultExtension: 'ts',
    acceptedExtensions: ['.ts'],
    timezone: 'UTC',
    logger: quiet(log),
    workerMessageHandler: ({ name, message }) => {
      if (!stopping) onMessage(name, message)
    },
    errorHandler: (error, { name, err }) => {
      const isExit = err === undefined
      if (stopping || (isExit && told.delete(name))) return
      if (!isExit) told.add(name)
      log.error({ thread: name, error }, 'a clock hand failed')
    },
    jobs: threads.map(thread => ({
      name: thread.name,
      path: thread.path,
      // The first one at once: a lab that is restarted every hour must still clean up.
      timeout: 0,
      interval: thread.everyMs,
      ...(thread.brief ? { closeWorkerAfterMs: BRIEF_MS } : {}),
      worker: { workerData: thread.data ?? {} },
    })),
  })
  // Bree takes a path with `+`, `#` or brackets in it for a program text and would evaluate it.
  bree.createWorker = (file, options: WorkerOptions) => new Worker(file, { ...options, eval: false })

  async function stop(deadlineMs: Millis): Promise<void> {
    stopping = true
    // It never ends where a thread does not answer 'cancel' (Bree's issue 49), hence the second, harder way.
    const stopped = bree.stop()
    await within(systemClock, deadlineMs, stopped, late).catch(() => {})
    const killed = Promise.allSettled([...bree.workers.values()].map(worker => worker.terminate()))
    await within(systemClock, KILL_MS, killed, late).catch((error: unknown) =>
      log.error({ error: messageOf(error), threads: [...bree.workers.keys()] }, 'threads do not end'),
    )
  }

  return { start: () => bree.start(), stop }
}

function late(): Error {
  return new Error('the deadline passed')
}

/** Bree tells of every start, and warns for each that is skipped because the last one still runs. */
function quiet(log: Log) {
  const debug = (message: unknown): void => log.debug({}, messageOf(message))
  return { info: debug, warn: debug, error: (message: unknown) => log.error({}, messageOf(message)) }
}
