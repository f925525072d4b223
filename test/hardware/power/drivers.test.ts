import { readdir } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { powerDrivers } from '../../../src/hardware/power/index.ts'
import type { PowerDriver } from '../../../src/hardware/types.ts'
import { type PowerPeer, powerSuite } from '../../suites/power.ts'
import { powerPeers } from './peers.ts'

const drivers: Readonly<Record<string, PowerDriver>> = powerDrivers
const peers: Readonly<Record<string, Readonly<Record<string, PowerPeer>>>> = powerPeers

for (const [id, driver] of Object.entries(drivers))
  for (const [variant, peer] of Object.entries(peers[id] ?? {})) powerSuite(driver, variant, peer)

describe('the folder of power drivers', () => {
  it('has in the map every driver that is a file in it, by the name of its file', async () => {
    expect(await driverFiles()).toEqual(Object.keys(drivers).sort())
    for (const [id, driver] of Object.entries(drivers)) expect(driver.id).toBe(id)
  })

  it('keeps the map sorted', () => {
    expect(Object.keys(drivers)).toEqual(Object.keys(drivers).sort())
  })

  it.each(Object.keys(drivers))('has a peer for %s in the shared suite', id => {
    expect(Object.keys(peers[id] ?? {}).length).toBeGreaterThan(0)
  })
})

/** Ids of the files that export something made like a driver. */
async function driverFiles(): Promise<string[]> {
  const folder = new URL('../../../src/hardware/power/', import.meta.url)
  const found: string[] = []
  for (const file of await readdir(folder)) {
    if (file === 'index.ts') continue
    const exported: Record<string, unknown> = await import(new URL(file, folder).href)
    if (Object.values(exported).some(isDriver)) found.push(file.replace(/\.ts$/, ''))
  }
  return found.sort()
}

function isDriver(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'schema' in value && 'create' in value
}
