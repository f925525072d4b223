import { constants, readSync, watch } from 'node:fs'
import { open } from 'node:fs/promises'

/** What programs on the board write into a file of the kernel's. */
export type Fifo = {
  /** Takes at once what was written, without waiting for the event loop. */
  poll(): void
  close(): Promise<void>
}

export async function openFifo(path: string, onBytes: (bytes: Uint8Array) => void): Promise<Fifo> {
  // Held open for writing too, so that a writer never waits and the end never comes.
  const handle = await open(path, constants.O_RDWR | constants.O_NONBLOCK)
  const buffer = Buffer.alloc(4096)
  let isOpen = true
  const poll = (): void => {
    while (isOpen) {
      const count = readNow(handle.fd, buffer)
      if (count === 0) return
      onBytes(Uint8Array.from(buffer.subarray(0, count)))
    }
  }
  const watcher = watch(path, poll)
  watcher.on('error', () => {})
  return {
    poll,
    async close() {
      if (!isOpen) return
      isOpen = false
      watcher.close()
      await handle.close()
    },
  }
}

function readNow(fd: number, buffer: Buffer): number {
  try {
    return readSync(fd, buffer)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0
    throw error
  }
}
