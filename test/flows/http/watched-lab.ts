/** `node --expose-gc watched-lab.ts`: the whole bot on a simulated lab, and what it holds when nobody calls (leaks.ts). */

import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { serveWatched } from '../../http/serve-watched.ts'
import { until } from '../../until.ts'
import { startWorld } from '../world.ts'
import { countNews } from './news-count.ts'

const QUIET_WITHIN_MS = 20_000

const world = await startWorld({
  env: { CHAT: 'terminal', CONSOLE_PORT: 'off', API_KEYS: process.argv[2] ?? '' },
  // Nothing of its own goes on while it is looked at.
  settings: { liveness: '1h', board_health: '1h' },
})
const listeners = countNews(world.lab)
await world.program('hello', `#!/bin/sh\nexit 0\n${'# long\n'.repeat(500_000)}`)
await Promise.all(['soc-b-001', 'soc-b-002'].map(board => world.start(`lease ${board} 24h`)))
const [large, running] = [
  await world.start('run-test socB ./hello'),
  await world.start('run-test socA --shell "echo one; sleep 6000" --timeout 3h'),
]
await world.type(`queue cancel ${large}`)
await until(() => world.lab.state().runs[running]?.state === 'running', 'it runs', 30_000)
const before = listeners()

serveWatched({
  port: Number(new URL(world.app.address).port),
  async quiet() {
    await until(() => listeners() === before, 'nobody listens for news', QUIET_WITHIN_MS).catch(() => {})
  },
  close: world.close,
  also: () => ({ listeners: listeners(), staged: staged() }),
})

function staged(): number {
  return readdirSync(join(world.dataDir, 'artifacts', '.staging')).length
}
