import { readFile } from 'node:fs/promises'
import { ConfigError, messageOf } from '../errors.ts'
import { type InventorySource, readInventory } from './inventory.ts'
import type { Inventory } from './types.ts'

/** Reads the file and what is in it. Throws ConfigError when either cannot be used. */
export async function loadInventory(source: Omit<InventorySource, 'text'>): Promise<Inventory> {
  return readInventory({ ...source, text: await textOf(source.file) })
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT') throw new ConfigError([`${file}: there is no such file.`], NO_FILE)
    if (code === 'EISDIR') throw new ConfigError([`${file}: is a folder, not a file.`], NO_FILE)
    throw new ConfigError([`${file}: cannot be read: ${messageOf(error)}`], 'Make it readable for this user.')
  }
}

const NO_FILE = 'Name the inventory with BOARDS_FILE, or write one: the README has an example.'
