import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { expectNoLeak, type Held, leakIn, watchServer } from './leaks.ts'
import { get } from './rig.ts'

const REQUESTS = 60
const BAND = { warmUp: 2, rounds: 4, bytes: 256 * 1024 }

async function rounds(fault: string): Promise<readonly Held[]> {
  const server = await watchServer(join(import.meta.dirname, 'leaky-server.ts'), [fault])
  onTestFinished(server.close)
  const round = async (): Promise<void> => {
    await Promise.all(Array.from({ length: REQUESTS }, () => get(server.port, '/')))
  }
  return await expectNoLeak(server, round, BAND)
}

test('a server that keeps nothing holds after all requests what it held before', async () => {
  const all = await rounds('well')
  expect(all).toHaveLength(BAND.rounds + 1)
  for (const { handles, heap } of all) {
    expect(handles['TCPServerWrap']).toBe(1)
    expect(handles['TCPSocketWrap'] ?? 0).toBe(0)
    expect(heap).toBeGreaterThan(0)
  }
})

test.for([
  ['memory', /heap grew by \d+ bytes, in 4 of 4 rounds/],
  ['timer', /of Timeout are open/],
  ['file', /of fd are open/],
] as const)('one that keeps some %s at each request is found out', async ([fault, found]) => {
  await expect(rounds(fault)).rejects.toThrow(found)
})

test('one that cannot start says why', async () => {
  await expect(watchServer(join(import.meta.dirname, 'no-such-server.ts'))).rejects.toThrow('no-such-server')
})

test('memory is a leak only if it is over its band and rises from round to round', () => {
  const held = (heap: number): Held => ({ heap, external: 0, handles: { Timeout: 1 } })
  const anyHeap = fc.integer({ min: 0, max: 1000 })
  fc.assert(
    fc.property(fc.array(anyHeap, { minLength: 2, maxLength: 8 }), anyHeap, (heaps, band) => {
      const fault = leakIn(heaps.map(held), band)
      const grown = (heaps.at(-1) ?? 0) - (heaps[0] ?? 0)
      if (grown <= band) expect(fault).toBeNull()
      const isRising = heaps.every((heap, at) => at === 0 || heap > (heaps[at - 1] ?? 0))
      if (isRising && grown > band) expect(fault).toContain('heap')
    }),
  )
  // Once, and never again: a cache.
  expect(leakIn([held(0), held(900), held(900), held(890), held(901)], 100)).toBeNull()
  expect(leakIn([held(0), { ...held(0), handles: { Timeout: 2 } }], 100)).toBe(
    '2 of Timeout are open, 1 were before',
  )
  expect(leakIn([held(0), { ...held(0), handles: {} }], 100)).toBeNull()
})
