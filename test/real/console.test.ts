import type { Shell } from '../../src/hardware/types.ts'
import { consoleSuite } from '../suites/console.ts'
import { openTelnetPeer } from '../suites/console-peer.ts'
import { realSuite } from './fixtures/available.ts'
import { startQemuBoard } from './fixtures/qemu.ts'
import { startTelnetd } from './fixtures/telnetd.ts'

const never = new AbortController().signal

async function consoleLevel(shell: Shell): Promise<string> {
  return (await shell.command('cat /proc/sys/kernel/printk', never)).output
}

realSuite('the console of a QEMU board', ['qemu'], () => {
  consoleSuite(
    'serial port of QEMU on telnet, busybox on Linux',
    async () => openTelnetPeer(await startQemuBoard()),
    { consoleLevel, timeoutMs: 60_000 },
  )
})

realSuite('the console of a QEMU board with a log-in', ['qemu'], () => {
  consoleSuite(
    'serial port of QEMU on telnet, getty',
    async () => openTelnetPeer(await startQemuBoard({ console: 'getty' })),
    { consoleLevel, timeoutMs: 60_000 },
  )
})

realSuite('the console of telnetd', ['telnetd'], () => {
  consoleSuite("Debian's telnetd with log-in", async () => openTelnetPeer(await startTelnetd()), {
    timeoutMs: 60_000,
  })
})
