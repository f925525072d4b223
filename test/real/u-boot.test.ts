import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { readInventory } from '../../src/config/index.ts'
import type { BoardConfig } from '../../src/config/types.ts'
import type { BootLoader, OpenBoard, PowerControl } from '../../src/hardware/types.ts'
import { silentLog } from '../../src/log.ts'
import { driverSchemas, openBoard } from '../../src/rig.ts'
import { createSimulatedBoard } from '../../src/simulator/board.ts'
import { createEmbeddedSite, type EmbeddedSiteDeps } from '../../src/sites/embedded.ts'
import { bootLoaderSuite } from '../suites/boot-loader.ts'
import { openBootLoaderPeer } from '../suites/boot-loader-peer.ts'
import { until } from '../until.ts'
import { realSuite } from './fixtures/available.ts'
import { startSnmpPdu } from './fixtures/snmpd.ts'
import { KERNEL, RAMDISK, startUBootBoard } from './fixtures/u-boot.ts'
import { transcript } from './u-boot-transcript.ts'

const never = new AbortController().signal
const PATIENCE_MS = 60_000

const LOAD = [`dhcp \${kernel_addr_r} ${KERNEL}`, `tftpboot \${ramdisk_addr_r} ${RAMDISK}`]
const BOOT = `booti \${kernel_addr_r} \${ramdisk_addr_r}:\${filesize} \${fdtcontroladdr}`
/** Typed at earlier, QEMU's PL011 is deaf for good: Linux takes it over with a character waiting. */
const UP = /BOOT-DONE/

/** issue 3: autoboot interrupted, environment set, a kernel booted over the network to the shell; power cut in the middle. */
realSuite('U-Boot', ['u-boot'], () => {
  bootLoaderSuite(
    "Debian's U-Boot on arm64 in QEMU, Linux over the network",
    async () => openBootLoaderPeer(await startUBootBoard({ on: false })),
    { load: LOAD, boot: BOOT, up: UP, machine: 'aarch64', timeoutMs: PATIENCE_MS },
  )

  test('the simulated one says the same, byte for byte', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    const simulated = await createSimulatedBoard({
      ...{ id: 'sim', dir, port: 0, shell: 'dash', on: false, loader: {} },
    })
    onTestFinished(() => simulated.close())
    const real = await startUBootBoard({ on: false })
    onTestFinished(() => real.close())
    await real.power(true)
    const said = await transcript(real.port, PATIENCE_MS)
    const wanted = transcript(simulated.port, PATIENCE_MS)
    await until(() => simulated.record.some(({ kind }) => kind === 'connect'), 'somebody is at the console')
    simulated.power(true)
    expect(await wanted).toEqual(said)
  })
})

realSuite('U-Boot behind a PDU', ['u-boot', 'snmpd'], () => {
  test('at its site, by its inventory, power-cycled by its own outlet in the middle, a board is brought to its kernel', async () => {
    const qemu = await startUBootBoard({ on: false })
    onTestFinished(() => qemu.close())
    const pdu = await startSnmpPdu({ 3: qemu })
    onTestFinished(() => pdu.close())
    const { boards } = readInventory({
      ...{ file: 'boards.yaml', variables: {}, drivers: driverSchemas },
      text: `
families:
  arm: {boot_loader: {kind: u-boot, interrupt_timeout: 30s}}
boards:
  - id: soc-1
    family: arm
    console: {host: ${qemu.host}, port: ${qemu.port}, login_timeout: 30s}
    power: {pdu: pdu-a, outlet: 3}
pdus:
  pdu-a: {address: ${pdu.host}, port: ${pdu.port}, version: 2c, community: ${pdu.write}}
`,
    })
    const machine = await atSite(boards[0] as BoardConfig, async board => {
      const loader = board.bootLoader
      if (loader === undefined) throw new Error('its family has a boot loader')
      await startIn(loader, board)
      await loader.set('bootargs', 'lab=first', never)
      const cut = loader.command('sleep 1000', never).catch((error: unknown) => error)
      await switched(board.power, 'off')
      await expect(cut).resolves.toMatchObject({ failure: { class: 'infrastructure' } })

      await startIn(loader, board)
      await loader.set('bootargs', 'console=ttyAMA0,115200 panic=0 lab=shell', never)
      for (const line of LOAD) expect(await loader.command(line, never)).toMatchObject({ status: 0 })
      const up = heard(board, UP)
      await loader.boot(BOOT, never)
      await until(up, 'Linux is up', PATIENCE_MS)
      await board.shell.attach(never)
      const { output } = await board.shell.command('uname -m; cat /proc/cmdline', never)
      await board.shell.detach()
      return output
    })
    expect(machine).toBe('aarch64\nconsole=ttyAMA0,115200 panic=0 lab=shell\n')
    expect(pdu.commands).toEqual(['3 on', '3 off', '3 on'])
  })
})

/** The key is streamed before the power is there. */
async function startIn(loader: BootLoader, board: OpenBoard): Promise<void> {
  const interrupted = loader.interrupt(never)
  await Promise.all([switched(board.power, 'on'), interrupted])
}

async function switched(power: PowerControl | null, to: 'on' | 'off'): Promise<void> {
  await power?.switch(to, never)
  await until(async () => (await power?.state(never)) === to, `power ${to}`, PATIENCE_MS)
}

function heard(board: OpenBoard, pattern: RegExp): () => boolean {
  let text = ''
  board.recorder.listen(news => {
    if (news.kind === 'chunk') text += Buffer.from(news.chunk.bytes).toString('latin1')
  })
  return () => pattern.test(text)
}

/** What `work` answers, done at a site under a token as the lab's own work is. */
async function atSite<T>(config: BoardConfig, work: (board: OpenBoard) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  const deps = { clock: systemClock, log: silentLog }
  const site = createEmbeddedSite({
    ...{ id: 'embedded', ...deps, open: board => openBoard(board, { dataDir, ...deps }) },
    work: ((_job: unknown, board: OpenBoard) => work(board)) as unknown as EmbeddedSiteDeps['work'],
  })
  try {
    site.watch(config, () => {})
    const job = { kind: 'probe-board', board: config, timeoutMs: PATIENCE_MS } as const
    return (await site.perform(job, { token: 7, signal: never, onEvent: () => {} })) as T
  } finally {
    await site.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}
