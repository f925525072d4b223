import { Session } from 'node:inspector/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { read } from './cases/reading.ts'
import { readText } from './read-text.ts'
import type { Counting } from './steps.ts'

const { reader, logs } = workerData as Counting
const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })

async function counted(): Promise<number> {
  const { result } = await session.post('Profiler.takePreciseCoverage')
  return result
    .filter(({ url }) => url.includes('/src/reading/'))
    .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges.map(({ count }) => count)))
    .reduce((sum, count) => sum + count, 0)
}

const steps: number[] = []
for (const log of logs) {
  await counted()
  if (reader === 'cases') read(log)
  else readText(log)
  steps.push(await counted())
}
parentPort?.postMessage(steps)
