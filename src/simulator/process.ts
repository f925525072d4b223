/**
 * A simulated lab as a process of its own, for tests in which the product dies and the hardware does not:
 * `node process.ts SPEC.json`. Prints one line of JSON when it is ready, then answers each line of JSON on standard
 * input with one. Ends with standard input, or on SIGTERM, and takes everything with it.
 */
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type LabSpec, type SimulatedLab, startSimulatedLab } from './lab.ts'
import type { BoardFaults, Noise, PduFaults } from './types.ts'

export type ProcessCommand =
  | {
      board: string
      power?: boolean
      inject?: string
      faults?: Partial<BoardFaults>
      noise?: Partial<Noise>
      panic?: true
      reset?: true
    }
  | { pdu: string; faults: Partial<PduFaults> }

export type ProcessReady = {
  ready: true
  boards: Record<string, { port: number; jail: string }>
  pdus: Record<string, { port: number }>
}

export type ProcessAnswer = { ok: true } | { ok: false; error: string }

function say(line: ProcessReady | ProcessAnswer | { ready: false; error: string }): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}

async function start(specFile: string | undefined): Promise<SimulatedLab> {
  if (specFile === undefined) throw new Error('give the file that describes the lab: process.ts SPEC.json')
  const spec = JSON.parse(readFileSync(specFile, 'utf8')) as LabSpec
  for (const board of spec.boards) mkdirSync(join(spec.dir, board.id), { recursive: true })
  return await startSimulatedLab(spec, (board, event) =>
    appendFileSync(join(spec.dir, board, 'record.jsonl'), `${JSON.stringify(event)}\n`),
  )
}

function ready(lab: SimulatedLab): ProcessReady {
  const boards = [...lab.boards].map(([id, { port, jail }]) => [id, { port, jail }] as const)
  const pdus = [...lab.pdus].map(([name, { port }]) => [name, { port }] as const)
  return { ready: true, boards: Object.fromEntries(boards), pdus: Object.fromEntries(pdus) }
}

function obey(lab: SimulatedLab, command: ProcessCommand): void {
  if ('pdu' in command) {
    const pdu = lab.pdus.get(command.pdu)
    if (pdu === undefined) throw new Error(`no PDU ${command.pdu}`)
    pdu.faults.set(command.faults)
    return
  }
  const board = lab.boards.get(command.board)
  if (board === undefined) throw new Error(`no board ${command.board}`)
  if (command.faults !== undefined) board.faults.set(command.faults)
  if (command.noise !== undefined) board.noise.set(command.noise)
  if (command.power !== undefined) board.power(command.power)
  if (command.inject !== undefined) board.inject(command.inject)
  if (command.panic) board.panic()
  if (command.reset) board.reset()
}

function answer(lab: SimulatedLab, line: string): ProcessAnswer {
  try {
    obey(lab, JSON.parse(line) as ProcessCommand)
    return { ok: true }
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) }
  }
}

async function main(): Promise<void> {
  const lab = await start(process.argv[2])
  const input = createInterface({ input: process.stdin })
  const end = (): void => {
    process.stdin.destroy()
    lab.close().then(
      () => process.exit(0),
      () => process.exit(1),
    )
  }
  input.on('line', line => say(answer(lab, line)))
  input.once('close', end)
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
  // Who started it may be gone, and its pipe with it.
  process.stdout.on('error', end)
  say(ready(lab))
}

main().catch((error: unknown) => {
  say({ ready: false, error: error instanceof Error ? error.message : String(error) })
  process.exit(1)
})
