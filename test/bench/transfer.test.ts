import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type SimulatorProcess, startSimulatorProcess } from '../simulator-process.ts'
import { startChild } from './child.ts'
import type { TransferSaid, TransferTold } from './children/transfer.ts'
import { type Figure, print } from './figures.ts'

const BAUD = 115_200
const LINE = BAUD / 10
const CELL = 65_536
const LARGE = 1_000_000
const ROUND_TRIPS = [0, 20, 50, 100]
const NOISES = [0, 5, 20]
/** Bits, the way that they lead to, what base64 and the line leave of the line at the most, and console.md's goal. */
const WAYS = [
  { bits: 8, way: 'raw', goal: 95 },
  { bits: 7, way: 'base64', goal: 73 },
] as const

/** What labgrid's XMODEM-128 made of the same line (console.md), at no delay and at 50 ms. */
const LABGRID = new Map([
  [0, 57],
  [50, 18],
])

let dir = ''
let simulator: SimulatorProcess
const boardOf = (roundTrip: number, noise: number): string => `b-${roundTrip}-${noise}`
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  const boards = ROUND_TRIPS.flatMap(roundTrip =>
    NOISES.map(linesPerSecond => ({
      ...{ id: boardOf(roundTrip, linesPerSecond), port: 0, bootMs: 30, baud: BAUD },
      ...{ faults: { slowMs: roundTrip / 2 }, noise: { linesPerSecond } },
    })),
  )
  simulator = await startSimulatorProcess(dir, { dir, boards, pdus: [] })
})
afterAll(async () => {
  await simulator.close()
  await rm(dir, { recursive: true, force: true })
})

type Done = Extract<TransferSaid, { moved: unknown }>

/** One file after the other over one board's console, in a process of its own. */
async function over(board: string, files: readonly TransferTold[]): Promise<Done[]> {
  const child = startChild<TransferSaid>('transfer', [String(simulator.port(board))])
  let heard = 0
  const next = (what: string): Promise<TransferSaid> => {
    let seen = 0
    return child.hear(said => (++seen > heard ? said : null), what)
  }
  const untilDone = async (what: string): Promise<Done> => {
    for (;;) {
      const said = await next(what)
      heard += 1
      if ('moved' in said) return said
    }
  }
  try {
    const done: Done[] = []
    for (const told of files) {
      child.tell(told)
      done.push(await untilDone(JSON.stringify(told)))
    }
    return done
  } finally {
    await child.end()
  }
}

function share({ moved: { bytes, durationMs } }: Done): number {
  return (bytes / (durationMs / 1000) / LINE) * 100
}

test('64 kB at 115200 baud, by round trip and noise', async () => {
  const figures: Figure[] = []
  for (const noise of NOISES) {
    const cells = await Promise.all(
      ROUND_TRIPS.map(async roundTrip => {
        const files = WAYS.map(({ bits }) => ({ bits, size: CELL, what: 'random' }) as const)
        return { roundTrip, said: await over(boardOf(roundTrip, noise), files) }
      }),
    )
    for (const { roundTrip, said } of cells) {
      for (const [at, { way, goal }] of WAYS.entries()) {
        const one = said[at]
        if (one === undefined) continue
        expect(one.moved).toMatchObject({ way, bytes: CELL })
        const labgrid = LABGRID.get(roundTrip)
        figures.push({
          ...{
            what: `${way}, round trip ${roundTrip} ms, ${noise} noise lines a second`,
            unit: '% of the line',
          },
          ...{ value: share(one), goal: `≥ ${goal} %` },
          note: [
            `first file of a session: ${Math.round(one.first.durationMs)} ms for ${one.first.bytes} bytes`,
            ...(one.moved.repaired > 0 ? [`${one.moved.repaired} repaired`] : []),
            ...(labgrid === undefined ? [] : [`labgrid ${labgrid} %`]),
          ].join('; '),
        })
      }
    }
  }
  print('64 kB to a board at 115200 baud', figures)
})

test('1 MB each way at 115200 baud, and one of code that can be packed', async () => {
  const files: readonly { what: string; roundTrip: number; told: TransferTold }[] = [
    { what: 'to the board', roundTrip: 20, told: { bits: 8, size: LARGE, what: 'random' } },
    { what: 'to the board, a line of 7 bits', roundTrip: 50, told: { bits: 7, size: LARGE, what: 'random' } },
    { what: 'from the board', roundTrip: 100, told: { bits: 8, size: LARGE, what: 'random', back: true } },
    { what: 'machine code, to the board', roundTrip: 0, told: { bits: 8, size: LARGE, what: 'code' } },
  ]
  const figures = await Promise.all(
    files.map(async ({ what, roundTrip, told }): Promise<Figure[]> => {
      const [done] = await over(boardOf(roundTrip, 0), [told])
      if (done === undefined) return []
      const { way, packed, wireBytes } = done.moved
      return [
        {
          ...{ what: `${what}: ${way}${packed ? ' + gzip' : ''}, round trip ${roundTrip} ms` },
          ...{ value: share(done), unit: '% of the line', note: `${wireBytes} bytes on the wire` },
        },
      ]
    }),
  )
  print('1 MB at 115200 baud', figures.flat())
})
