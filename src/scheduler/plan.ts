import { fileURLToPath } from 'node:url'
import type { Millis } from '../clock.ts'
import { HANDS, type HandName, type Intervals, type Thread } from './types.ts'

export type TickerData = { every: Partial<Record<HandName, Millis>> }

/** Hands that strike at least this often share the ticker's thread; the others have one for each strike. */
export const SHARED_UP_TO_MS = 30_000

/** Bree starts the ticker again at this pace if its thread should have died. */
const REVIVE_MS = 30_000

/** Which threads carry which hands. Pure. */
export function plan(intervals: Intervals): readonly Thread[] {
  const every: TickerData['every'] = {}
  const threads: Thread[] = []
  for (const name of HANDS) {
    const everyMs = intervals[name]
    if (everyMs <= SHARED_UP_TO_MS) every[name] = everyMs
    else threads.push({ name, path: jobFile(name), everyMs, brief: true })
  }
  if (Object.keys(every).length > 0)
    threads.push({
      name: 'ticker',
      path: jobFile('ticker'),
      everyMs: REVIVE_MS,
      brief: false,
      data: { every } satisfies TickerData,
    })
  return threads
}

function jobFile(name: HandName | 'ticker'): string {
  return fileURLToPath(new URL(`./jobs/${name}.ts`, import.meta.url))
}
