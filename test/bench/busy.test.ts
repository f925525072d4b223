import { expect, test } from 'vitest'
import { startChild } from './child.ts'
import type { BusySaid, BusyTold } from './children/busy.ts'
import type { PacersSaid } from './children/pacers.ts'
import { type Figure, print, round } from './figures.ts'

const BYTES_PER_SECOND = 11_520
const STEPS = [50, 100, 150, 200, 300, 400, 600, 800]
const FOR_MS = 3000
/** Whoever waits for a line of a log has 250 ms (console.md); no more than this of it may be the loop's, beyond what the machine's is. */
const LATEST_MS = 100
const FULL_CORE = 0.95
/** Below it boards say more than is heard. */
const KEEPS_UP = 0.97

type Reached = { consoles: number; said: BusySaid; bare: BusySaid; stopped: string | null }

async function busy(what: 'recorded' | 'bare', port: number, consoles: number): Promise<BusySaid> {
  const child = startChild<BusySaid>('busy', [String(port), what])
  try {
    child.tell({ consoles, forMs: FOR_MS } satisfies BusyTold)
    return await child.hear(said => said, `${consoles} ${what} consoles`)
  } finally {
    await child.end()
  }
}

function stopperOf({ core, lateMs, bytesPerSecond }: BusySaid, bare: BusySaid): string | null {
  if (core >= FULL_CORE) return `a core is full: ${round(core * 100)} %`
  if (lateMs - bare.lateMs > LATEST_MS) return `the loop is late: p99 ${round(lateMs)} ms`
  if (bytesPerSecond < KEEPS_UP * bare.bytesPerSecond) return 'not all was heard'
  return null
}

function figureOf({ consoles, said, bare, stopped }: Reached): Figure {
  const note = [
    `loop late p99 ${round(said.lateMs)} ms, bare ${round(bare.lateMs)} ms`,
    `heard ${((said.bytesPerSecond / consoles / BYTES_PER_SECOND) * 100).toFixed(0)} %`,
    `${said.files} files open`,
    ...(stopped === null ? [] : [`stopped: ${stopped}`]),
  ]
  return {
    ...{ what: `${consoles} consoles`, value: said.core * 100, unit: '% of a core', note: note.join(', ') },
    floor: { what: 'bare sockets', value: bare.core * 100 },
  }
}

test('consoles that print at 115200 baud without a break, recorded and read, until a core is full', async () => {
  const pacers = startChild<PacersSaid>('pacers')
  const { port } = await pacers.hear(said => said, 'a port')
  const reached: Reached[] = []
  for (const consoles of STEPS) {
    const bare = await busy('bare', port, consoles)
    const said = await busy('recorded', port, consoles)
    const stopped = stopperOf(said, bare)
    reached.push({ consoles, said, bare, stopped })
    if (stopped !== null) break
  }
  await pacers.end()
  print('Busy consoles of 115200 baud in one process', reached.map(figureOf))
  expect(reached.length).toBeGreaterThan(0)
})
