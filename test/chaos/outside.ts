import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LabSpec } from '../../src/simulator/lab.ts'
import { startSimulatorProcess } from '../simulator-process.ts'

export const BOARDS = ['a-1', 'a-2', 'b-1', 'b-2'] as const
export const FAMILIES = ['chipA', 'chipB'] as const

/** The lab's machines, in a process of their own that outlives every bot. */
export type Outside = {
  boardsFile: string
  /** What the tests on a board wrote down themselves. */
  record(board: string): readonly string[]
  close(): Promise<void>
}

/**
 * A test's own account, by the board's files alone: `begin br-t12-1 n7 alone`, `end br-t12-1 n7`. The lock is the
 * kernel's: it is held as long as any process of a test lives, so `crowded` means that one was still there.
 */
const TEST = `#!/bin/sh
# t TICKS NONCE STATUS [stubborn]
me=$(basename "$(pwd)")
[ "$4" = stubborn ] && trap '' INT TERM
exec 9>>"$HOME/lock"
if flock -n 9; then how=alone; else how=crowded; fi
echo "begin $me $2 $how" >>"$HOME/record"
echo "1..2"
echo "ok 1 begun"
i=0
while [ $i -lt $1 ]; do echo "tick $i of $2"; sleep 0.05; i=$((i+1)); done
echo "end $me $2" >>"$HOME/record"
echo "$2 on $me" >left.txt
if [ $3 = 0 ]; then echo "ok 2 $2"; else echo "not ok 2 $2"; fi
echo "done $2"
exit $3
`

export async function startOutside(dir: string, seed: number): Promise<Outside> {
  const labDir = join(dir, 'lab')
  for (const id of BOARDS) install(join(labDir, id, 'fs/root'))
  const { port, close } = await startSimulatorProcess(dir, specOf(labDir, seed))
  const boardsFile = join(dir, 'boards.yaml')
  writeFileSync(boardsFile, inventory(port))
  return { boardsFile, record: board => linesOf(join(labDir, board, 'fs/root/record')), close }
}

function specOf(dir: string, seed: number): LabSpec {
  const boards = BOARDS.map((id, at) => ({
    id,
    port: 0,
    seed: seed + at,
    bootMs: 30,
    ...(id.endsWith('2') ? { login: { username: 'admin', password: 'lab-secret' } } : {}),
    ...(id === 'b-1' ? { noise: { linesPerSecond: 2 } } : {}),
  }))
  return { dir, boards, pdus: [] }
}

function inventory(port: (board: string) => number): string {
  const lines = BOARDS.map(id => {
    const family = id.startsWith('a') ? FAMILIES[0] : FAMILIES[1]
    const login = id.endsWith('2') ? ', username: admin, password: lab-secret' : ''
    return `  - { id: ${id}, family: ${family}, console: { driver: telnet, host: 127.0.0.1, port: ${port(id)}${login} } }`
  })
  return ['settings: { test_timeout: 1min }', 'boards:', ...lines, ''].join('\n')
}

function install(home: string): void {
  mkdirSync(home, { recursive: true })
  writeFileSync(join(home, 't'), TEST)
  chmodSync(join(home, 't'), 0o755)
}

function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
