import { execFileSync } from 'node:child_process'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { withFolder } from './toy.ts'

const TIMEOUT = { timeout: 10_000, stdio: 'ignore' } as const

function mount(dir: string, options: string): void {
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dir], TIMEOUT)
}

/** A disk of `bytes` of its own, gone afterwards. */
export async function withSmallDisk<T>(bytes: number, use: (dir: string) => Promise<T>): Promise<T> {
  return await withFolder(async dir => {
    mount(dir, `size=${bytes},mode=755`)
    try {
      return await use(dir)
    } finally {
      execFileSync('umount', ['--lazy', dir], TIMEOUT)
    }
  })
}

export function makeReadOnly(dir: string): void {
  execFileSync('mount', ['-o', 'remount,ro', dir], TIMEOUT)
}

/** Only root may mount, and not in every container. */
export async function canMount(): Promise<boolean> {
  try {
    await withSmallDisk(65_536, async () => {})
    return true
  } catch {
    return false
  }
}

/** Takes all the room there is, to the last byte. Returns how to give it back. */
export async function fill(dir: string): Promise<() => Promise<void>> {
  const path = join(dir, 'filler')
  const file = await open(path, 'w')
  try {
    for (let size = 65_536; size >= 1; ) {
      const wrote = await file.write(Buffer.alloc(size, 7)).catch(() => ({ bytesWritten: 0 }))
      if (wrote.bytesWritten < size) size = Math.floor(size / 2)
    }
  } finally {
    await file.close()
  }
  return () => rm(path)
}
