import type { Clock, Millis, Timer } from '../clock.ts'
import type { BoardConfig } from '../config/types.ts'
import { HardwareError, messageOf } from '../errors.ts'
import type {
  BootLoader,
  OpenBoard,
  PowerControl,
  Recorder,
  RecorderState,
  Shell,
  Sysrq,
  WriteGate,
} from '../hardware/types.ts'
import type { Log } from '../log.ts'
import type { Job, WorkContext, WorkResult } from '../work/types.ts'
import { createAttachments } from './attachments.ts'
import { createGate, type Gate } from './gate.ts'
import type { ConsoleOf, Site } from './types.ts'

/** A board as the rig opened it: its recorder runs, a shell is made for each holder. */
export type RiggedBoard = {
  recorder: Recorder
  /** Of the board's other consoles, by name. */
  others?: ReadonlyMap<string, Recorder>
  power: PowerControl | null
  /** `gate` is asked before each write that goes another way than by `write`. */
  shell(write: (bytes: Uint8Array) => Promise<void>, gate: WriteGate): Shell
  /** Null where boards.yaml has no `boot_loader`. */
  bootLoader?(write: (bytes: Uint8Array) => Promise<void>): BootLoader | null
  /** Null where boards.yaml does not allow it. */
  sysrq?(line: Pick<Recorder, 'write' | 'sendBreak'>): Sysrq | null
  /** Never throws. */
  close(): Promise<void>
}

export type EmbeddedSiteDeps = {
  id: string
  open(board: BoardConfig): Promise<RiggedBoard>
  work<J extends Job>(job: J, board: OpenBoard, ctx: WorkContext & { clock: Clock }): Promise<WorkResult<J>>
  clock: Clock
  log: Log
}

/** `rigged` is the last opening: one that failed is followed by another until the board is left. */
type Place = {
  rigged: Promise<RiggedBoard>
  opened: RiggedBoard | null
  retry: Timer | null
  left: boolean
}

/** Work that has not settled so long after its abort is cut off at the gate and given up (sites/types.ts). */
const SETTLE_WITHIN_MS: Millis = 30_000

const FIRST_RETRY_MS: Millis = 1_000
const LONGEST_RETRY_MS: Millis = 60_000

/** The site that does its work in this process. */
export function createEmbeddedSite(deps: EmbeddedSiteDeps): Site {
  const places = new Map<string, Place>()
  // Gates outlive places: a board that is opened anew must still refuse tokens it has seen the end of.
  const gates = new Map<string, Gate>()

  const gateOf = (id: string): Gate => {
    const gate = gates.get(id) ?? createGate(id)
    gates.set(id, gate)
    return gate
  }
  const recorderOf = (id: string, console: ConsoleOf): Recorder | null =>
    consoleOf(places.get(id)?.opened ?? null, console)
  const attachments = createAttachments({ gateOf, recorderOf, log: deps.log })
  const closePlace = async (place: Place | undefined): Promise<void> => {
    if (place === undefined) return
    place.left = true
    place.retry?.cancel()
    const rigged = await place.rigged.catch(() => null)
    await rigged?.close()
  }
  /** A full disk or a missing device may pass: it is tried again, and meanwhile people see why not. */
  const openPlace = (place: Place, board: BoardConfig, onNews: OnNews, failures: number): void => {
    const opened = (rigged: RiggedBoard): void => {
      if (place.left) return
      const { recorder, others = new Map<string, Recorder>() } = rigged
      place.opened = rigged
      recorder.listen(onNews)
      for (const [name, each] of [[null, recorder] as const, ...others])
        each.listen(news => attachments.heard(board.id, name, news))
      onNews({ kind: 'state', state: recorder.state() })
    }
    const failed = (error: unknown): void => {
      if (place.left) return
      const waitMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures)
      deps.log.error({ board: board.id, error: messageOf(error), waitMs }, 'could not open the board')
      place.retry = deps.clock.after(waitMs, () => {
        place.rigged = rig(board)
        openPlace(place, board, onNews, failures + 1)
      })
      onNews({ kind: 'state', state: notOpen(messageOf(error), deps.clock.now()) })
    }
    place.rigged.then(opened, failed)
  }
  const rig = async (board: BoardConfig): Promise<RiggedBoard> => {
    try {
      return await deps.open(board)
    } catch (error) {
      throw unopened(board.id, error)
    }
  }

  return {
    id: deps.id,
    async perform(job, { token, ...ctx }) {
      const place = places.get(job.board.id)
      if (place === undefined) throw unknownBoard(job.board.id, deps.id)
      const gate = gateOf(job.board.id)
      gate.admit(token)
      const board = gated(job.board.id, await place.rigged, gate, token)
      const work = deps.work(job, board, { ...ctx, clock: deps.clock })
      return await settled(work, ctx.signal, deps.clock, () => {
        gate.admit(token + 1)
        return cutOff(job.board.id)
      })
    },
    watch(board, onNews) {
      const before = places.get(board.id)
      const rigged = closePlace(before).then(() => rig(board))
      const place: Place = { opened: null, rigged, retry: null, left: false }
      places.set(board.id, place)
      const names = board.consoles.map(({ name }) => name)
      attachments.left(board.id, `${board.id} has no such console any more`, names.slice(1))
      openPlace(place, board, onNews, 0)
    },
    async unwatch(id) {
      const place = places.get(id)
      places.delete(id)
      attachments.left(id, `${id} is no board of this lab any more`)
      await closePlace(place)
    },
    state: id => places.get(id)?.opened?.recorder.state() ?? null,
    async *read(id, from, to) {
      const place = places.get(id)
      if (place !== undefined) yield* (await place.rigged).recorder.read(from, to)
    },
    async recorded(id, console) {
      const rigged = await places.get(id)?.rigged.catch(() => null)
      return consoleOf(rigged ?? null, console)
    },
    async attach(id, console, as, handlers) {
      const place = places.get(id)
      const rigged = await place?.rigged
      if (place === undefined || rigged === undefined || place.left) throw unknownBoard(id, deps.id)
      if (consoleOf(rigged, console) === null) throw unknownConsole(id, console)
      return attachments.add(id, console, as, handlers)
    },
    async close() {
      await Promise.all([...places.values()].map(closePlace))
      places.clear()
    },
  }
}

/** Never another one than was asked for: a board that is held keeps the consoles it had. */
function consoleOf(rigged: RiggedBoard | null, console: ConsoleOf): Recorder | null {
  if (rigged === null || console === null) return rigged?.recorder ?? null
  return rigged.others?.get(console) ?? null
}

type OnNews = Parameters<Site['watch']>[1]

function notOpen(problem: string, since: Millis): RecorderState {
  return { connected: false, since, lastByteAt: null, problem, head: 0 }
}

/** The board as one holder may use it: each write and each switch passes the gate under the holder's token. */
function gated(id: string, rigged: RiggedBoard, gate: Gate, token: number): OpenBoard {
  const { recorder, power } = rigged
  const write = async (bytes: Uint8Array): Promise<void> => {
    gate.check(token)
    await recorder.write(bytes)
  }
  const sendBreak = async (durationMs: Millis): Promise<void> => {
    gate.check(token)
    await recorder.sendBreak(durationMs)
  }
  const bootLoader = rigged.bootLoader?.(write) ?? null
  const sysrq = rigged.sysrq?.({ write, sendBreak }) ?? null
  return {
    id,
    recorder,
    shell: rigged.shell(write, () => gate.check(token)),
    ...(bootLoader === null ? {} : { bootLoader }),
    ...(sysrq === null ? {} : { sysrq }),
    power: power && {
      where: power.where,
      state: signal => power.state(signal),
      switch: async (to, signal) => {
        gate.check(token)
        await power.switch(to, signal)
      },
      close: () => power.close(),
    },
  }
}

function settled<T>(work: Promise<T>, signal: AbortSignal, clock: Clock, giveUp: () => Error): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const onAbort = (): void => {
    const timer = clock.after(SETTLE_WITHIN_MS, () => reject(giveUp()))
    work.then(
      () => timer.cancel(),
      () => timer.cancel(),
    )
  }
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  return promise
}

function unknownBoard(id: string, site: string): HardwareError {
  return new HardwareError(`site ${site} has no board ${id}`, {
    hint: 'It was taken out of the inventory; submit again.',
    cause: 'no console',
    blame: 'lab',
  })
}

function unknownConsole(id: string, console: ConsoleOf): HardwareError {
  return new HardwareError(`${id} is not open at its console "${console}"`, {
    hint: `A change of boards.yaml waits until the board is free; see what it has: boards show ${id}`,
    cause: 'no console',
    blame: 'lab',
  })
}

/** Nothing was sent to the board: it is no fault of its. */
function unopened(id: string, error: unknown): HardwareError {
  return new HardwareError(`${id} could not be opened: ${messageOf(error)}`, {
    hint: 'It is tried again by itself. Look at the disk of the bot, and at the board in boards.yaml: boardroom check',
    cause: 'no console',
    blame: 'lab',
    from: error,
  })
}

function cutOff(id: string): HardwareError {
  return new HardwareError(`work on ${id} did not end within ${SETTLE_WITHIN_MS / 1000} s and was cut off`, {
    hint: `The board is being looked after: boards show ${id}`,
    cause: 'not answering',
    blame: 'board',
  })
}
