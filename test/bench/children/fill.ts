/** `node fill.ts DATA_DIR RUNS OWNERS`: a week of finished runs, as the bot itself would have left them. */

import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openStorage } from '../../../src/app/storage.ts'
import { systemClock } from '../../../src/clock.ts'
import type { Run } from '../../../src/lab/types.ts'
import { silentLog } from '../../../src/log.ts'
import { dayOf } from '../../../src/storage/index.ts'
import { manifestText } from '../../../src/storage/manifest.ts'
import { aRun } from '../../lab/samples.ts'

const DAY_MS = 86_400_000
const DAYS = 7
const AT_ONCE = 4000
const LOG = Buffer.from('one line of a log\n'.repeat(20))

const [dataDir = '', count = '0', owners = '0'] = process.argv.slice(2)
const artifactDir = join(dataDir, 'artifacts')
const storage = await openStorage({
  environment: { dataDir, artifactDir },
  clock: systemClock,
  log: silentLog,
  exit: error => {
    throw error
  },
})
const total = Number(count)
const first = Date.now() - (DAYS - 0.5) * DAY_MS
for (let from = 1; from <= total; from += AT_ONCE) {
  const runs = Array.from({ length: Math.min(AT_ONCE, total - from + 1) }, (_, at) => finished(from + at))
  await Promise.all(runs.map(run => storage.runs.append(run, run.times.passed ?? 0)))
}
// The ids that are used up.
if (total > 0) {
  await storage.store.commit([
    { o: 'run/submitted', run: { ...aRun(), id: `T${total}` } },
    { o: 'run/left', id: `T${total}` },
  ])
}
// As the clock hand of retention does within the hour.
await storage.tallies.roll(dayOf(Date.now()))
await storage.close()
for (let number = total; number > total - Number(owners); number--) writeOwner(`T${number}`)
process.stdout.write('{"filled":true}\n')

function finished(number: number): Run {
  const at = Math.floor(first + (number / total) * (DAYS - 0.6) * DAY_MS)
  const board = `a-${number % 4}`
  const attempt = { number: 1, board, token: number, startedAt: at - 9000, endedAt: at, failure: null }
  return aRun({
    ...{ id: `T${number}`, rev: number, state: 'passed', arrivedAt: at - 10_000 },
    ...{ program: { kind: 'shell', command: `./test-${number % 50} --all` } },
    ...{ times: { queued: at - 10_000, leasing: at - 9000, running: at - 8000, collecting: at, passed: at } },
    attempts: [{ ...attempt, message: null, uncounted: false }],
    result: {
      ...{ exitStatus: 0, endedBy: 'itself', failure: null, title: null, message: null, hint: null },
      ...{
        proof: [],
        durationMs: 8000,
        copied: null,
        tail: ['all is well'],
        tailTotal: 1,
        files: [fileOf(at)],
      },
    },
  })
}

function fileOf(storedAt: number) {
  const sha256 = createHash('sha256').update(LOG).digest('hex')
  return { name: 'console.log', size: LOG.length, sha256, type: 'text/plain', storedAt }
}

function writeOwner(owner: string): void {
  const dir = join(artifactDir, owner)
  mkdirSync(join(dir, 'files'), { recursive: true })
  mkdirSync(join(dir, 'times'))
  writeFileSync(join(dir, 'files/console.log'), LOG)
  writeFileSync(join(dir, 'manifest.json'), manifestText(new Map([['console.log', fileOf(Date.now())]])))
}
