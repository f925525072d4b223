import type { Clock, Millis } from '../clock.ts'
import type { BoardConfig } from '../config/types.ts'
import { HardwareError, messageOf } from '../errors.ts'
import type { OpenBoard, PowerControl, Recorder, Shell } from '../hardware/types.ts'
import type { Log } from '../log.ts'
import type { Job, WorkContext, WorkResult } from '../work/types.ts'
import { createGate, type Gate } from './gate.ts'
import type { Site } from './types.ts'

/** A board as the rig opened it: its recorder runs, a shell is made for each holder. */
export type RiggedBoard = {
  recorder: Recorder
  power: PowerControl | null
  shell(write: (bytes: Uint8Array) => Promise<void>): Shell
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

type Place = { rigged: Promise<RiggedBoard>; recorder: Recorder | null }

/** Work that has not settled so long after its abort is cut off at the gate and given up (sites/types.ts). */
const SETTLE_WITHIN_MS: Millis = 30_000

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
  const closePlace = async (place: Place | undefined): Promise<void> => {
    const rigged = await place?.rigged.catch(() => null)
    await rigged?.close()
  }

  return {
    id: deps.id,
    async perform(job, { token, signal, onEvent }) {
      const place = places.get(job.board.id)
      if (place === undefined) throw unknownBoard(job.board.id, deps.id)
      const gate = gateOf(job.board.id)
      gate.admit(token)
      const board = gated(job.board.id, await place.rigged, gate, token)
      const work = deps.work(job, board, { signal, onEvent, clock: deps.clock })
      return await settled(work, signal, deps.clock, () => {
        gate.admit(token + 1)
        return cutOff(job.board.id)
      })
    },
    watch(board, onNews) {
      const before = places.get(board.id)
      const place: Place = { recorder: null, rigged: closePlace(before).then(() => deps.open(board)) }
      places.set(board.id, place)
      place.rigged.then(
        ({ recorder }) => {
          place.recorder = recorder
          recorder.listen(onNews)
          onNews({ kind: 'state', state: recorder.state() })
        },
        (error: unknown) =>
          deps.log.error({ board: board.id, error: messageOf(error) }, 'could not open the board'),
      )
    },
    async unwatch(id) {
      const place = places.get(id)
      places.delete(id)
      await closePlace(place)
    },
    state: id => places.get(id)?.recorder?.state() ?? null,
    async *read(id, from, to) {
      const place = places.get(id)
      if (place !== undefined) yield* (await place.rigged).recorder.read(from, to)
    },
    async close() {
      await Promise.all([...places.values()].map(closePlace))
      places.clear()
    },
  }
}

/** The board as one holder may use it: each write and each switch passes the gate under the holder's token. */
function gated(id: string, rigged: RiggedBoard, gate: Gate, token: number): OpenBoard {
  const { recorder, power } = rigged
  const write = async (bytes: Uint8Array): Promise<void> => {
    gate.check(token)
    await recorder.write(bytes)
  }
  return {
    id,
    recorder,
    shell: rigged.shell(write),
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

function cutOff(id: string): HardwareError {
  return new HardwareError(`work on ${id} did not end within ${SETTLE_WITHIN_MS / 1000} s and was cut off`, {
    hint: `The board is being looked after: boards show ${id}`,
    cause: 'not answering',
    blame: 'board',
  })
}
