import type * as crypto from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it, vi } from 'vitest'
import { liveThrough, type Tally } from '../hardware/console/fuzz/life.ts'
import { createRandom } from '../hardware/console/shell/pty-line.ts'

/** The words of our frames come from the seed too, so that a life that failed can be lived again. */
const words = vi.hoisted(() => ({ random: Math.random }))
vi.mock('node:crypto', async original => ({
  ...(await original<typeof crypto>()),
  randomInt: (most: number) => Math.floor(words.random() * most),
}))

/** So many chunks of what a board and a stranger on its line say; `make chaos` hears a million. */
const CHUNKS = Number(process.env['BOARDROOM_FUZZ_CHUNKS'] ?? 20_000)
const SEED = Number(process.env['BOARDROOM_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const MOST_KEPT = 32 * 1024 * 1024
/** However much a single life says, so many of them are lived. */
const A_LIFE = 500
/** The first lives load and compile what the others use. */
const WARM = 20

it(`a shell hears ${CHUNKS} chunks from boards with strangers on the line: it never crashes, hangs, forgets, or believes what is not so`, async () => {
  const tally: Tally = {
    ...{ 'attach right': 0, 'attach refused': 0, 'command right': 0, 'command refused': 0 },
    ...{ 'program right': 0, 'program refused': 0, 'file right': 0, 'file refused': 0 },
  }
  let [chunks, lives, before] = [0, 0, 0]
  for (let seed = SEED; chunks < CHUNKS || lives < CHUNKS / A_LIFE; seed++) {
    words.random = createRandom(~seed)
    chunks += await liveThrough(seed, tally).catch((error: unknown) => {
      throw new Error(`BOARDROOM_FUZZ_SEED=${seed}, life ${lives}, chunk ${chunks}`, { cause: error })
    })
    if (++lives === WARM) before = kept()
  }
  process.stdout.write(`\n${chunks} chunks in ${lives} lives from seed ${SEED}: ${JSON.stringify(tally)}\n`)
  if (lives > WARM) expect(kept() - before).toBeLessThan(MOST_KEPT)
})

setFlagsFromString('--expose-gc')
const collect: unknown = runInNewContext('gc')

/** Bytes that are still needed. What a collection frees is taken off by the next one at the latest. */
function kept(): number {
  for (let time = 1; time <= 2; time++) if (typeof collect === 'function') collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
