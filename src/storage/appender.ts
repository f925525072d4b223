import type { Clock, Timer } from '../clock.ts'
import { StorageError } from '../errors.ts'
import type { AppendTarget } from './append-target.ts'
import { isFull, writeFailed } from './disk.ts'
import { RETRY_MS, type Space } from './space.ts'

/**
 * Group commit: lines are collected while a batch is being written, and each batch is one write and one fdatasync.
 * Batches go to disk in the order of `append`, whatever their target: a line is on disk only if all before it are.
 * No room: the batch is tried again each second and everything behind it waits. Any other failure is the end:
 * the disk's state is no longer known, so `fatal` is called and every append is refused from then on.
 */
export type Appender = {
  append(target: AppendTarget, body: string): Promise<void>
  settled(): Promise<void>
  /** Writes what waits; what the full disk keeps waiting is rejected, and the answer is false. */
  close(): Promise<boolean>
}

export type AppenderOptions = {
  space: Space
  clock: Clock
  /** Called for each line as late as can be, just before its batch is written. */
  frame(body: string): string
  fatal(error: StorageError): void
}

type Batch = { target: AppendTarget; bodies: string[]; done: PromiseWithResolvers<void> }

/** Keeps a batch's write short enough that an answer never waits long behind other people's lines. */
const LONGEST_BATCH = 4096

export function createAppender(options: AppenderOptions): Appender {
  const { space, clock, fatal } = options
  const waiting: Batch[] = []
  let running: Promise<void> | null = null
  let last: Promise<unknown> = Promise.resolve()
  let refusal: StorageError | null = null
  let closing = false
  let retry: { timer: Timer; now(): void } | null = null

  function append(target: AppendTarget, body: string): Promise<void> {
    if (refusal) return Promise.reject(refusal)
    let batch = waiting.at(-1)
    if (batch?.target !== target || batch.bodies.length >= LONGEST_BATCH) {
      batch = { target, bodies: [], done: Promise.withResolvers<void>() }
      waiting.push(batch)
      last = batch.done.promise.catch(() => {})
    }
    batch.bodies.push(body)
    running ??= drain()
    return batch.done.promise
  }

  async function drain(): Promise<void> {
    for (;;) {
      // Whoever was just answered has its say first, so that its next line shares the coming sync.
      await new Promise(setImmediate)
      const batch = waiting.shift()
      if (batch === undefined) break
      try {
        await write(batch)
        batch.done.resolve()
      } catch (error) {
        refuse(batch, writeFailed(batch.target.path, error))
        break
      }
    }
    running = null
  }

  async function write(batch: Batch): Promise<void> {
    const bytes = Buffer.from(batch.bodies.map(options.frame).join(''))
    for (;;) {
      try {
        await batch.target.add(bytes)
        return
      } catch (error) {
        if (!isFull(error)) throw error
        if (!space.exhausted()) await room(error)
      }
    }
  }

  function room(error: unknown): Promise<void> {
    if (closing) {
      throw new StorageError('full', 'the disk is full and the process ends', {
        hint: 'What was not answered is not stored. Free some space, then start again.',
        cause: error,
      })
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    retry = { timer: clock.after(RETRY_MS, resolve), now: resolve }
    return promise
  }

  function refuse(batch: Batch, error: StorageError): void {
    refusal = error
    if (!closing) fatal(error)
    for (const { done } of [batch, ...waiting.splice(0)]) done.reject(error)
  }

  return {
    append,
    settled: async () => {
      await last
    },
    async close() {
      closing = true
      retry?.timer.cancel()
      retry?.now()
      await running
      const whole = refusal === null
      refusal ??= new StorageError('closed', 'the store is closed', {
        hint: 'The process is stopping; ask again when it is back.',
      })
      return whole
    },
  }
}
