import { mkdtemp, rm } from 'node:fs/promises'
import { machine, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BootLoaderConfig } from '../../src/config/types.ts'
import { createSimulatedBoard } from '../../src/simulator/board.ts'
import type { BoardOptions } from '../../src/simulator/types.ts'
import { bootLoaderSuite } from '../suites/boot-loader.ts'
import { openBootLoaderPeer } from '../suites/boot-loader-peer.ts'

function suite(name: string, options: Partial<BoardOptions>, config: Partial<BootLoaderConfig> = {}): void {
  bootLoaderSuite(
    `simulated board, ${name}`,
    async () => {
      const dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
      const board = await createSimulatedBoard({
        ...{ id: 'suite', dir, port: 0, bootMs: 15, on: false, shell: 'dash' },
        ...{ loader: { tickMs: 300, ...options.loader } },
        ...options,
      })
      const { host, port, power } = board
      return openBootLoaderPeer(
        {
          ...{ host, port, power },
          async close() {
            await board.close()
            await rm(dir, { recursive: true, force: true })
          },
        },
        config,
      )
    },
    {
      load: ['dhcp ${kernel_addr_r} Image', 'tftpboot ${ramdisk_addr_r} initrd.gz'],
      boot: 'booti ${kernel_addr_r} ${ramdisk_addr_r}:${filesize} ${fdtcontroladdr}',
      up: /Run \/sbin\/init/,
      machine: machine(),
    },
  )
}

suite('any key', {})
suite(
  'a stop string, 115200 baud, and noise in mid-line',
  { loader: { stop: '\x1bstop' }, baud: 115_200, noise: { linesPerSecond: 20, everyBytes: 300 } },
  { interrupt: '\x1bstop' },
)
