import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openLocalFile } from '../../../src/bot/terminal/files.ts'

let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'boardroom-'))
  await writeFile(join(folder, 'hello'), 'program')
  await writeFile(join(folder, 'empty'), '')
  await writeFile(join(folder, 'secret'), 'x')
  await chmod(join(folder, 'secret'), 0)
  await mkdir(join(folder, 'dir'))
})

afterAll(() => rm(folder, { recursive: true }))

test('a path is looked up from the folder and opened as a file with name and size', async () => {
  for (const word of ['./hello', 'hello', join(folder, 'hello'), 'dir/../hello']) {
    const file = await openLocalFile(word, folder)
    expect(file).toMatchObject({ name: 'hello', size: 7 })
    expect((await buffer(file.open())).toString()).toBe('program')
  }
})

test.each([
  ['./gone', 'There is no file FOLDER/gone.'],
  ['hello/x', 'There is no file FOLDER/hello/x.'],
  ['./dir', 'FOLDER/dir is a directory.'],
  ['empty', 'FOLDER/empty is empty (0 bytes).'],
  ['/dev/null', '/dev/null is no regular file.'],
  ['a\0b', 'FOLDER/a\0b cannot be opened (ERR_INVALID_ARG_VALUE).'],
])('%j is refused with its path and what to do', async (word, message) => {
  const error = await openLocalFile(word, folder).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({
    name: 'InputError',
    field: 'binary',
    message: message.replace('FOLDER', folder),
  })
  expect((error as { hint: string }).hint).toMatch(/\w/)
})

// As root every file can be read; then there is nothing to refuse.
test.skipIf(process.getuid?.() === 0)('a file that cannot be read is refused', async () => {
  await expect(openLocalFile('secret', folder)).rejects.toThrow('cannot be read by this user')
})
