import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSimulatedBoard } from '../../src/simulator/board.ts'
import type { BoardOptions } from '../../src/simulator/types.ts'
import { SHELLS } from '../hardware/console/shell/pty-board.ts'
import { consoleSuite } from '../suites/console.ts'
import { openTelnetPeer } from '../suites/console-peer.ts'
import { until } from '../until.ts'

function suite(name: string, options: Partial<BoardOptions>): void {
  const start = async () => {
    const dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
    const board = await createSimulatedBoard({ id: 'suite', dir, port: 0, bootMs: 15, ...options })
    await until(board.isUp, 'the board is up')
    const { host, port } = board
    return openTelnetPeer({
      ...{ host, port, login: options.login ?? null },
      async close() {
        await board.close()
        await rm(dir, { recursive: true, force: true })
      },
    })
  }
  consoleSuite(`simulated board on telnet, ${name}`, start, { breaks: 'sent' })
}

for (const shell of SHELLS) suite(shell, { shell })
suite('dash with a log-in', { shell: 'dash', login: { username: 'admin', password: "it's 1" } })
