import { describe, expect, test } from 'vitest'
import { createMemoryLeaseStore } from '../../src/storage/leases-memory.ts'
import { createFakeClock } from '../fake-clock.ts'
import { leaseStoreSuite } from '../suites/lease-store.ts'

describe('leases in memory', () => {
  leaseStoreSuite(async () => {
    const clock = createFakeClock()
    return { store: createMemoryLeaseStore({ clock }), pass: clock.pass, close: async () => {} }
  })

  test('a wrong wall clock neither ends nor prolongs a lease', async () => {
    const clock = createFakeClock()
    const store = createMemoryLeaseStore({ clock })
    await store.acquire('a', 'T1', 1000, 0)
    clock.step(3_600_000)
    expect(await store.holder('a')).not.toBeNull()
    clock.step(-7_200_000)
    await clock.pass(1000)
    expect(await store.holder('a')).toBeNull()
  })
})
