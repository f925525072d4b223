import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findProgram, installedShells } from '../../src/simulator/shells.ts'
import { SHELLS } from '../hardware/console/shell/pty-board.ts'
import { run, withBoard } from './console-client.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

test('a shell is found on the PATH first, then where every board looks; what cannot be run is none', async () => {
  expect(findProgram('dash', '')).toMatch(/^\/(?:usr\/)?bin\/dash$/)
  await writeFile(join(dir, 'dash'), 'no program', { mode: 0o644 })
  expect(findProgram('dash', dir)).toMatch(/^\/(?:usr\/)?bin\/dash$/)
  await writeFile(join(dir, 'busybox'), '#!/bin/sh\n', { mode: 0o755 })
  expect(findProgram('busybox', `/nowhere:${dir}`)).toBe(join(dir, 'busybox'))
  expect(installedShells(dir)).toContain('busybox')
})

test('the tests try the shells that a board can have, and no others', () => {
  expect(SHELLS).toEqual(installedShells())
})

test('a shell that only the PATH knows is brought onto the board, which could not see it there', async () => {
  await writeFile(join(dir, 'dash'), '#!/bin/sh\nBROUGHT=yes exec /bin/sh "$@"\n', { mode: 0o755 })
  await withBoard({ shell: 'dash', path: dir }, async (_board, client) => {
    expect(await run(client, 'echo $BROUGHT')).toBe('yes')
  })
})
