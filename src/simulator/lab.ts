import { createSimulatedBoard } from './board.ts'
import { createDevantechPdu, type DevantechPduOptions } from './pdu-devantech.ts'
import { createHttpPdu, type HttpPduOptions } from './pdu-http.ts'
import { createSnmpPdu, type SnmpPduOptions } from './pdu-snmp.ts'
import type { BoardEvent, BoardOptions, Outlet, SimulatedBoard, SimulatedPdu } from './types.ts'

export type SimulatedLab = {
  readonly boards: ReadonlyMap<string, SimulatedBoard>
  /** By name. */
  readonly pdus: ReadonlyMap<string, SimulatedPdu>
  close(): Promise<void>
}

type BoardSpec = Omit<BoardOptions, 'dir' | 'onEvent'>

/** `outlets` says which board is plugged in where; an empty name is an outlet with nothing in it. */
type PduSpecBase = { name: string; host?: string; outlets: Readonly<Record<string, string>> }
export type PduSpec = PduSpecBase &
  (
    | ({ kind: 'snmp' } & Omit<SnmpPduOptions, 'host' | 'outlets'>)
    | ({ kind: 'http' } & Omit<HttpPduOptions, 'host' | 'outlets'>)
    | ({ kind: 'devantech' } & Omit<DevantechPduOptions, 'host' | 'outlets'>)
  )

/** Plain data, so that it can be a file. */
export type LabSpec = { dir: string; boards: readonly BoardSpec[]; pdus: readonly PduSpec[] }

const LOOPBACK = '127.0.0.1'

/** Brings up boards and the PDUs that feed them. When one of them fails, none is left running. */
export async function startSimulatedLab(
  spec: LabSpec,
  onEvent?: (board: string, event: BoardEvent) => void,
): Promise<SimulatedLab> {
  const started: { close(): Promise<void> }[] = []
  const close = async (): Promise<void> => {
    await Promise.all(started.map(one => one.close()))
  }
  const keep = async <T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
    const one = await starting
    started.push(one)
    return one
  }
  try {
    const boards = await all(
      spec.boards,
      board => board.id,
      board =>
        keep(createSimulatedBoard({ ...board, dir: spec.dir, onEvent: event => onEvent?.(board.id, event) })),
    )
    const pdus = await all(
      spec.pdus,
      pdu => pdu.name,
      pdu => keep(createPdu(pdu, boards)),
    )
    return { boards, pdus, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Waits for every one, also when one fails, so that what was started is known. */
async function all<S, T>(
  specs: readonly S[],
  key: (spec: S) => string,
  start: (spec: S) => Promise<T>,
): Promise<Map<string, T>> {
  const results = await Promise.allSettled(specs.map(start))
  const found = new Map<string, T>()
  for (const [at, spec] of specs.entries()) {
    const result = results[at]
    if (result?.status === 'rejected') throw result.reason
    if (result !== undefined) found.set(key(spec), result.value)
  }
  return found
}

function createPdu(spec: PduSpec, boards: ReadonlyMap<string, SimulatedBoard>): Promise<SimulatedPdu> {
  const outlets = new Map(
    Object.entries(spec.outlets).map(([number, board]) => [
      Number(number),
      outletOf(spec.name, board, boards),
    ]),
  )
  const options = { ...spec, host: spec.host ?? LOOPBACK, outlets }
  switch (options.kind) {
    case 'snmp':
      return createSnmpPdu(options)
    case 'http':
      return createHttpPdu(options)
    case 'devantech':
      return createDevantechPdu(options)
  }
}

function outletOf(pdu: string, id: string, boards: ReadonlyMap<string, SimulatedBoard>): Outlet {
  if (id === '') return emptyOutlet()
  const board = boards.get(id)
  if (board === undefined) throw new Error(`${pdu} feeds a board ${id}, and there is none of that name`)
  return { isOn: board.isOn, switch: board.power }
}

function emptyOutlet(): Outlet {
  let isOn = true
  return {
    isOn: () => isOn,
    switch(on) {
      isOn = on
    },
  }
}
