import { expect, onTestFinished, test } from 'vitest'
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

  test('a getty on it is logged in to while it still boots, and stays so for the next session', async () => {
    const peer = await openTelnetPeer(await startQemuBoard({ console: 'getty' }))
    onTestFinished(() => peer.close())
    await expect(peer.shell.attach(never)).resolves.toMatchObject({ loggedIn: true, limits: [] })
    await expect(peer.shell.command('id -un', never)).resolves.toEqual({ status: 0, output: 'root\n' })
    await peer.shell.detach()
    await expect(peer.shell.attach(never)).resolves.toMatchObject({ loggedIn: false, limits: [] })
    await peer.shell.detach()
  })
})

realSuite('the console of telnetd', ['telnetd'], () => {
  consoleSuite("Debian's telnetd with log-in", async () => openTelnetPeer(await startTelnetd()), {
    timeoutMs: 60_000,
  })
})
