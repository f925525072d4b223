import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { LabSpec } from '../src/simulator/lab.ts'
import type { ProcessReady } from '../src/simulator/process.ts'

/** A simulated lab in a process of its own: its machines go on whatever happens to the product. */
export type SimulatorProcess = {
  pid: number
  port(board: string): number
  close(): Promise<void>
}

const PROGRAM = fileURLToPath(new URL('../src/simulator/process.ts', import.meta.url))
const START_MS = 60_000
const STOP_MS = 20_000

/** `dir` is where it keeps its description, beside the folder of its boards. */
export async function startSimulatorProcess(dir: string, spec: LabSpec): Promise<SimulatorProcess> {
  const file = join(dir, 'lab.json')
  writeFileSync(file, JSON.stringify(spec))
  const child = spawn(process.execPath, [PROGRAM, file], { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    const { boards } = await firstLine(child)
    return { pid: child.pid ?? 0, port: board => boards[board]?.port ?? 0, close: () => end(child) }
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  }
}

async function firstLine(child: ChildProcess): Promise<ProcessReady> {
  if (child.stdout === null) throw new Error('the simulator has no output')
  const lines = createInterface({ input: child.stdout })
  const [line] = (await once(lines, 'line', { signal: AbortSignal.timeout(START_MS) })) as [string]
  const said = JSON.parse(line) as ProcessReady | { ready: false; error: string }
  if (!said.ready) throw new Error(`the simulator did not start: ${said.error}`)
  return said
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit', { signal: AbortSignal.timeout(STOP_MS) })
  child.stdin?.end()
  await gone.catch(() => child.kill('SIGKILL'))
}
