import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadInventory } from '../../src/config/index.ts'
import { drivers } from './drivers.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'boardroom-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('loading an inventory from its file', () => {
  it('reads it', async () => {
    const file = join(folder, 'boards.yaml')
    await writeFile(file, 'boards:\n  - {id: a, family: socA, address: h}\n')
    const inventory = await loadInventory({ file, variables: {}, drivers })
    expect(inventory).toMatchObject({ file, boards: [{ id: 'a' }] })
  })

  it('names a file that is not there, is a folder, or is no text, and what to do', async () => {
    const binary = join(folder, 'binary')
    await writeFile(binary, Buffer.from([0xff, 0xfe, 0x62, 0x00]))
    const load = (file: string) => loadInventory({ file, variables: {}, drivers })
    const missing = join(folder, 'none.yaml')
    await expect(load(missing)).rejects.toMatchObject({
      problems: [`${missing}: there is no such file.`],
      hint: expect.stringContaining('BOARDS_FILE'),
    })
    await expect(load(folder)).rejects.toMatchObject({ problems: [`${folder}: is a folder, not a file.`] })
    await expect(load(binary)).rejects.toMatchObject({
      problems: [`${binary}:1:1  this is not a text file in UTF-8. Is it the right file?`],
    })
  })
})
