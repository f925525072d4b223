import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/clock.ts'
import type { BootLoaderConfig } from '../../src/config/types.ts'
import { silentLog } from '../../src/log.ts'
import { openBoard } from '../../src/rig.ts'
import type { BootLoaderPeer } from './boot-loader.ts'
import { peerConfig, type TelnetPeer } from './console-peer.ts'

export type PoweredPeer = TelnetPeer & { power(on: boolean): void | Promise<void> }

/** A board with a boot loader as the product opens it. */
export async function openBootLoaderPeer(
  peer: PoweredPeer,
  options: Partial<BootLoaderConfig> = {},
): Promise<BootLoaderPeer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  const clear = async (): Promise<void> => {
    await rm(dataDir, { recursive: true, force: true })
    await peer.close()
  }
  const bootLoader: BootLoaderConfig = {
    ...{ kind: 'u-boot', interrupt: ' ', prompt: null, interruptTimeoutMs: 60_000, commandTimeoutMs: 30_000 },
    ...options,
  }
  try {
    const deps = { dataDir, clock: systemClock, log: silentLog }
    const rigged = await openBoard({ ...peerConfig(peer), bootLoader }, deps)
    let log = ''
    rigged.recorder.listen(news => {
      if (news.kind === 'chunk') log += Buffer.from(news.chunk.bytes).toString('latin1')
    })
    const write = (bytes: Uint8Array): Promise<void> => rigged.recorder.write(bytes)
    const loader = rigged.bootLoader?.(write) ?? null
    if (loader === null) throw new Error('a board with boot_loader has one')
    return {
      bootLoader: loader,
      shell: rigged.shell(write, () => {}),
      log: () => log,
      power: peer.power,
      async close() {
        await rigged.close()
        await clear()
      },
    }
  } catch (error) {
    await clear()
    throw error
  }
}
