import { type Disk, type DiskFile, realDisk } from '../../src/storage/disk.ts'
import type { Trap } from './words.ts'

export type DeadlyDisk = { disk: Disk; set(trap: Trap): void }

/** The disk is slow just then: whoever does not wait for it has the time to give itself away. */
const LAST_MS = 60

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
        if (dying?.moment === 'before the write') await die()
        if (dying?.moment === 'half written') {
          await file.write(bytes.subarray(0, bytes.length >> 1), position)
          await die()
        }
        await file.write(bytes, position)
      },
      async sync() {
        if (dying?.moment === 'before the sync') await die()
        await file.sync()
        if (dying?.moment === 'after the sync') await die()
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

/** Never comes back. */
function die(): Promise<never> {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), LAST_MS)
  return new Promise(() => {})
}
