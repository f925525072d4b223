import type { Outgoing } from '../../types.ts'
import { wordOf } from '../shell/frame-quote.ts'
import type { SumTool } from '../shell/frame-sum.ts'
import type { Session } from '../shell/session.ts'
import { partOf } from './clear.ts'
import { frameOf } from './frames.ts'
import { UNIT } from './limits.ts'
import { SAFE } from './pace.ts'
import { cutParts, type Parts, type Source } from './parts.ts'
import { isClean } from './probe.ts'
import { goOn } from './resume.ts'
import { checkSpace } from './space.ts'
import { closeStream, type Opened, type Order, openStream } from './stream.ts'
import type { TransferTools } from './tools.ts'
import { createWindow, type Window } from './window.ts'

export type Job = {
  readonly session: Session
  readonly tools: TransferTools
  readonly file: Outgoing
  readonly source: Source
  readonly path: string
  readonly tool: SumTool
}

/** A file on its way: its receiver may change, what is under way may not. */
export type Run = {
  readonly job: Job
  readonly parts: Parts
  readonly window: Window
  order: Order
  opened: Opened
}

/** So much more than it needs is no question; with less the space is looked at closely. */
const ROOM = 1024 * 1024
/** Packed, and nobody knows how much room there is. */
const UNSEEN = 16 * ROOM
/** Below that, nothing is gained by finding out whether the line is clean. */
const WORTH_RAW = 4096
/** Of the frames that are sent before the receiver has answered. */
const EARLY_UNITS = { raw: 4, base64: 12 } as const

/** Finds the way, and has a receiver open for it. Throws HardwareError (disk) where the file does not fit. */
export async function begin(job: Job, signal: AbortSignal): Promise<Run> {
  const { session, tools, file, source, tool } = job
  const isRaw = file.size >= WORTH_RAW && (await isClean(session, tool, tools, signal))
  const order: Order = {
    ...{ session, tool, word: wordOf(partOf(job.path)), sha256: file.sha256 },
    ...{ mode: isRaw ? 'raw' : 'base64', padded: tools.readsAhead },
    packed: source.compressible && tools.gzip,
  }
  const run = await openEarly(job, order, signal)
  if (isTight(run)) return beginAgain(run, { ...run.order, packed: false }, signal)
  return run.opened.part ? beginAgain(run, run.order, signal) : settled(run)
}

/** With an eye on the room, and on what is there already. */
async function beginAgain(
  { job, opened, parts, window }: Run,
  order: Order,
  signal: AbortSignal,
): Promise<Run> {
  const { session, path, file, source, tool } = job
  await closeStream(opened.stream, signal)
  await checkSpace(session, path, file.size, signal)
  const isOther = order.packed !== opened.stream.order.packed
  const again = isOther ? cutParts(source, tool, order.packed) : parts
  again.rewind()
  window.clear()
  if (opened.part) await goOn(session, order.word, again, signal)
  return settled({ job, parts: again, window, ...(await open(job, order, signal)) })
}

function settled(run: Run): Run {
  run.parts.settle()
  return run
}

/**
 * What is packed is there twice at the end. A board that cannot tell, such as one that lives in its initial RAM disk,
 * is taken at its word.
 */
function isTight({ job, order, opened: { freeKb } }: Run): boolean {
  if (freeKb === null) return order.packed && job.file.size > UNSEEN
  return freeKb * 1024 < job.file.size * (order.packed ? 2 : 1) + ROOM
}

// ---- opening ------------------------------------------------------------------------------------------------

export async function open(
  job: Job,
  order: Order,
  signal: AbortSignal,
  meanwhile?: () => Promise<void>,
): Promise<Pick<Run, 'order' | 'opened'>> {
  const opened = await openStream(order, job.tools.msPerByte, signal, meanwhile)
  if (opened === null) {
    job.tools.modes = false
    return open(job, { ...order, mode: 'base64' }, signal, meanwhile)
  }
  job.tools.openMs = opened.ms
  return { order, opened }
}

/** Frames of base64 do no harm without a receiver: they fill the line until it answers. */
async function openEarly(job: Job, order: Order, signal: AbortSignal): Promise<Run> {
  const parts = cutParts(job.source, job.tool, order.packed)
  const window = createWindow(() => {
    job.session.repaired += 1
  })
  const units = EARLY_UNITS[order.mode]
  const most = earlyBytes(job, order)
  const meanwhile = async (): Promise<void> => {
    window.allLost()
    while (window.flying() + (units * UNIT * 4) / 3 < most) {
      const part = window.take() ?? (await parts.take(units))
      if (part === null) return
      const frame = frameOf({ mode: 'base64', padded: false }, part)
      window.send(part, frame.length)
      await job.session.talk.carry(frame, signal)
    }
  }
  return { job, parts, window, ...(await open(job, order, signal, meanwhile)) }
}

/** What the line carries until the answer is here; raw, no more than that, since the rest goes faster then. */
function earlyBytes({ tools }: Job, { mode, packed, padded }: Order): number {
  if (packed || (mode === 'raw' && padded)) return 0
  return mode === 'raw' ? Math.min(SAFE, tools.openMs / tools.msPerByte) : SAFE
}
