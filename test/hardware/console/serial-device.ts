import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { until } from '../../until.ts'

/**
 * A serial device that is a pseudo-terminal of util-linux `script`, with the board's end of the line in the test's
 * hand. When `script` ends, the device hangs up under whoever has it open, as an adapter does that is pulled out.
 */
export type SerialDevice = {
  path: string
  /** The board says it; resolves when the pseudo-terminal has taken it. */
  say(bytes: Uint8Array): Promise<void>
  /** The board hears it; from the beginning. */
  hear(listener: (bytes: Buffer) => void): void
  unplug(): Promise<void>
}

const NAME = /\/dev\/pts\/\d+/

export async function openSerialDevice(): Promise<SerialDevice> {
  const hold = 'stty raw -echo; tty; exec sleep 600'
  const script = ['script', '-qf', '-E', 'never', '-c', hold, '/dev/null']
  // Gone with the test's process, however that ends.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...script], {
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  child.stdin.on('error', () => {})
  const listeners: ((bytes: Buffer) => void)[] = []
  const early: Buffer[] = []
  let said = ''
  let path = ''
  child.stdout.on('data', (bytes: Buffer) => {
    if (path === '') said += bytes.toString('latin1')
    else if (listeners.length === 0) early.push(bytes)
    else for (const listener of listeners) listener(bytes)
    if (path === '' && said.endsWith('\n')) path = NAME.exec(said)?.[0] ?? ''
  })
  await until(() => path !== '', 'the name of the pseudo-terminal')
  return {
    path,
    say(bytes) {
      const { promise, resolve } = Promise.withResolvers<void>()
      child.stdin.write(bytes, () => resolve())
      return promise
    },
    hear(listener) {
      listeners.push(listener)
      for (const bytes of early.splice(0)) listener(bytes)
    },
    async unplug() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

/** How many descriptors of this process are of a device, though it be gone. */
export function timesOpen(path: string): number {
  return readdirSync('/proc/self/fd').filter(fd => {
    try {
      return [path, `${path} (deleted)`].includes(readlinkSync(`/proc/self/fd/${fd}`))
    } catch {
      return false
    }
  }).length
}
