import { type Disk, type DiskFile, realDisk } from '../../src/storage/disk.ts'
import type { Trap } from './words.ts'

export type DeadlyDisk = { disk: Disk; set(trap: Trap): void }

/**
 * The real disk, at a chosen write of which the process kills itself. What was written before that stays as it is: a
 * kill, unlike a power cut, loses nothing that the kernel already has.
 */
export function createDeadlyDisk(): DeadlyDisk {
  let trap: Trap | null = null

  /** The trap, when this is the write it was set for. */
  const sprung = (path: string): Trap | null => {
    const file = path.includes('/journal/') ? 'journal' : 'beside'
    if (trap?.file !== file) return null
    trap.nth--
    return trap.nth === 0 ? trap : null
  }
  const deadly = (path: string, file: DiskFile): DiskFile => {
    let dying: Trap | null = null
    return {
      ...file,
      async write(bytes, position) {
        dying = sprung(path)
        if (dying?.moment === 'before the write') die()
        if (dying?.moment === 'half written') {
          await file.write(bytes.subarray(0, bytes.length >> 1), position)
          die()
        }
        await file.write(bytes, position)
      },
      async sync() {
        if (dying?.moment === 'before the sync') die()
        await file.sync()
        if (dying?.moment === 'after the sync') die()
      },
    }
  }

  return {
    disk: { ...realDisk, open: async path => deadly(path, await realDisk.open(path)) },
    set(next) {
      trap = { ...next }
    },
  }
}

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  throw new Error('unreachable')
}
