import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { consoleDrivers } from '../../../src/hardware/console/index.ts'
import { driverPeers } from './driver-peers.ts'
import { consoleDriverSuite } from './driver-suite.ts'

const FOLDER = new URL('../../../src/hardware/console/', import.meta.url)

// What opens serial ports belongs to the main thread, and these tests run in others: its turn is in test/real.
for (const [id, driver] of Object.entries(consoleDrivers)) {
  const peers = driverPeers[id]
  if (peers !== undefined && id !== 'serial') consoleDriverSuite(driver, peers)
}

describe('the folder of console drivers', () => {
  it('has in the map every driver that is a file in it, by the name of its file', async () => {
    expect(await driverFiles()).toEqual(Object.keys(consoleDrivers).sort())
    for (const [id, driver] of Object.entries(consoleDrivers)) expect(driver.id).toBe(id)
  })

  it('keeps the map sorted', () => {
    expect(Object.keys(consoleDrivers)).toEqual(Object.keys(consoleDrivers).sort())
  })

  it('has a peer for each in the shared suite', () => {
    expect(Object.keys(driverPeers).sort()).toEqual(Object.keys(consoleDrivers).sort())
  })
})

it('loads no library of serial ports or SSH before such a console is opened', async () => {
  for (const file of await readdir(FOLDER, { recursive: true })) {
    if (!file.endsWith('.ts')) continue
    const text = await readFile(new URL(file, FOLDER), 'utf8')
    expect(text, file).not.toMatch(/^import (?!type )[^;'"]* from '(?:serialport|@serialport[^']*|ssh2)'/m)
  }
})

/** Ids of the files that export something made like a driver. */
async function driverFiles(): Promise<string[]> {
  const found: string[] = []
  for (const file of await readdir(FOLDER)) {
    if (file === 'index.ts' || !file.endsWith('.ts')) continue
    const exported: Record<string, unknown> = await import(new URL(file, FOLDER).href)
    if (Object.values(exported).some(isDriver)) found.push(file.replace(/\.ts$/, ''))
  }
  return found.sort()
}

function isDriver(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'schema' in value && 'create' in value
}
