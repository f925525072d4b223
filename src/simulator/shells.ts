import { accessSync, constants, copyFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ShellKind } from './types.ts'

/** Folders of programs that a board borrows from the machine; what is elsewhere it cannot see. */
export const BORROWED_PATH = '/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export const SHELL_KINDS = ['dash', 'bash', 'busybox'] as const satisfies readonly ShellKind[]

/** Where this machine has a program: on its PATH as a person would find it, or where every board looks. */
export function findProgram(name: string, path = process.env['PATH'] ?? ''): string | null {
  const places = `${path}:${BORROWED_PATH}`.split(':').filter(folder => folder !== '')
  return places.map(folder => join(folder, name)).find(isProgram) ?? null
}

/** The shells that a board can have here. */
export function installedShells(path?: string): ShellKind[] {
  return SHELL_KINDS.filter(shell => findProgram(shell, path) !== null)
}

/** Gives the board a shell of its own from where it could not see it. */
export function bringShell(fs: string, shell: ShellKind, from: string): void {
  if (!BORROWED_PATH.split(':').includes(dirname(from))) copyFileSync(from, join(fs, 'board', shell))
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
