import { expect, onTestFinished, test } from 'vitest'
import type { Shell } from '../../src/hardware/types.ts'
import { consoleSuite } from '../suites/console.ts'
import { openAnyPeer, openTelnetPeer } from '../suites/console-peer.ts'
import { realSuite } from './fixtures/available.ts'
import { startQemuBoard } from './fixtures/qemu.ts'
import { startSer2net } from './fixtures/ser2net.ts'
import { startSerialShell } from './fixtures/serial-shell.ts'
import { startSshd } from './fixtures/sshd.ts'
import { startTelnetd } from './fixtures/telnetd.ts'

const never = new AbortController().signal

async function consoleLevel(shell: Shell): Promise<string> {
  return (await shell.command('cat /proc/sys/kernel/printk', never)).output
}

realSuite('the console of a QEMU board', ['qemu'], () => {
  consoleSuite(
    'serial port of QEMU on telnet, busybox on Linux',
    async () => openTelnetPeer(await startQemuBoard()),
    { consoleLevel, breaks: 'sent', timeoutMs: 60_000 },
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
    breaks: 'sent',
    timeoutMs: 60_000,
  })
})

realSuite('the console of a serial port', [], () => {
  const start = async () => {
    const { path, close } = await startSerialShell()
    return openAnyPeer({ driver: 'serial', options: { path }, close })
  }
  consoleSuite('a pseudo-terminal through serialport, dash', start, { breaks: 'refused' })
})

realSuite('the console behind ser2net', ['ser2net'], () => {
  const start = async (speaks: 'rfc2217' | 'raw', driver: string) => {
    const shell = await startSerialShell()
    const server = await startSer2net(shell.path, speaks).catch(async (error: unknown) => {
      await shell.close()
      throw error
    })
    const close = async (): Promise<void> => {
      await server.close()
      await shell.close()
    }
    return openAnyPeer({ driver, options: { host: server.host, port: server.port }, close })
  }
  consoleSuite('ser2net by RFC 2217, dash', () => start('rfc2217', 'rfc2217'), { breaks: 'sent' })
  consoleSuite('ser2net by raw TCP, dash', () => start('raw', 'tcp'), { breaks: 'refused' })
})

realSuite('the console of sshd', ['sshd'], () => {
  const start = async () => {
    const { host, port, username, key, fingerprint, close } = await startSshd()
    return openAnyPeer({
      driver: 'ssh',
      options: { host, port, username, key, hostKey: fingerprint },
      close,
    })
  }
  consoleSuite("OpenSSH's sshd, by key", start, { breaks: 'refused' })
})
