import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { LabError } from '../../src/errors.ts'
import type { OpenBoard } from '../../src/hardware/types.ts'
import { unpack } from '../../src/work/unpack.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'boardroom-'))
  mkdirSync(join(dir, 'suite/bin'), { recursive: true })
  writeFileSync(join(dir, "suite/bin/it's.sh"), 'echo ran\n')
  mkdirSync(join(dir, 'work'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

function pack(name: string, flags: string): void {
  execFileSync('tar', [flags, join(dir, 'work', name), '-C', join(dir, 'suite'), '.'])
}

/** A board whose shell is a real one that finds only these tools. */
function boardWith(tools: readonly string[]): OpenBoard {
  const bin = mkdtempSync(join(dir, 'bin-'))
  for (const tool of tools) symlinkSync(execFileSync('which', [tool]).toString().trim(), join(bin, tool))
  const command = async (text: string): Promise<{ status: number; output: string }> => {
    const { status, stdout } = spawnSync('/bin/sh', ['-c', text], { env: { PATH: bin }, timeout: 20_000 })
    return { status: status ?? -1, output: stdout.toString() }
  }
  return { id: 'a1', shell: { command } } as unknown as OpenBoard
}

const ALL = ['tar', 'gzip', 'rm', 'chmod']

async function unpacked(board: OpenBoard, name: string, entry: string): Promise<LabError | null> {
  const archive = { folder: join(dir, 'work'), name, entry, size: 100 }
  return await unpack(board, archive, new AbortController().signal).then(
    () => null,
    (error: unknown) => error as LabError,
  )
}

describe('an archive on a board', () => {
  test.each(['suite.tar', 'suite.tar.gz', "it's a suite.tgz"])(
    'M6.1 %s is unpacked, its entry can be run, and the archive is gone',
    async name => {
      pack(name, name.endsWith('.tar') ? '-cf' : '-czf')
      expect(await unpacked(boardWith(ALL), name, "bin/it's.sh")).toBeNull()
      expect(existsSync(join(dir, 'work', name))).toBe(false)
      expect(statSync(join(dir, "work/bin/it's.sh")).mode & 0o111).not.toBe(0)
    },
  )

  test.each([
    ['tar', ['gzip', 'rm', 'chmod']],
    ['gzip', ['tar', 'rm', 'chmod']],
  ])('a board without %s: the site’s failure, with what to do', async (tool, tools) => {
    pack('suite.tgz', '-czf')
    const error = await unpacked(boardWith(tools), 'suite.tgz', 'bin/run.sh')
    expect(error?.message).toBe(`suite.tgz cannot be unpacked on a1: it has no ${tool}`)
    expect(error?.failure).toEqual({ class: 'infrastructure', cause: 'transfer', blame: 'site' })
    expect(error?.hint).toContain(`busybox with ${tool}`)
  })

  test('an entry that is not in it, and an archive that is none, are the input’s failure', async () => {
    pack('suite.tgz', '-czf')
    const missing = await unpacked(boardWith(ALL), 'suite.tgz', 'run.sh')
    expect([missing?.message, missing?.failure.class]).toEqual(['suite.tgz has no file run.sh', 'input'])
    writeFileSync(join(dir, 'work/fake.tgz'), 'x'.repeat(2000))
    const fake = await unpacked(boardWith(ALL), 'fake.tgz', 'run.sh')
    expect([fake?.message, fake?.failure.class]).toEqual([
      expect.stringContaining('fake.tgz could not be unpacked on a1: '),
      'input',
    ])
  })

  test('a board that is full is the board’s failure', async () => {
    const full = boardWith(['rm', 'chmod', 'gzip'])
    const tar = join(dir, 'tar')
    writeFileSync(
      tar,
      '#!/bin/sh\n[ "$1" = --help ]&&exit\necho "tar: write: No space left on device" >&2;exit 1\n',
    )
    chmodSync(tar, 0o755)
    const command = async (text: string): Promise<{ status: number; output: string }> => {
      const { status, stdout } = spawnSync('/bin/sh', ['-c', text], { env: { PATH: `${dir}:/usr/bin:/bin` } })
      return { status: status ?? -1, output: stdout.toString() }
    }
    pack('suite.tgz', '-czf')
    const error = await unpacked({ ...full, shell: { command } } as unknown as OpenBoard, 'suite.tgz', 'x')
    expect(error?.failure).toEqual({ class: 'infrastructure', cause: 'disk', blame: 'board' })
    expect(error?.message).toContain('No space left on device')
  })
})
