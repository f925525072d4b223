import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'vitest'
import { campaign, type Report } from './campaign.ts'
import { createLanes } from './lanes.ts'

/** `BOARDROOM_KILLS` in all, so many on each lab; `BOARDROOM_SEED` does the lab of that seed again, alone. */
const KILLS = Number(process.env['BOARDROOM_KILLS'] ?? 25)
const KILLS_A_LAB = 5
const CAMPAIGN_MS = 900_000

const again = process.env['BOARDROOM_SEED']
const first = again === undefined ? Math.floor(Math.random() * 1_000_000) : Number(again)
const labs = again === undefined ? Math.ceil(KILLS / KILLS_A_LAB) : 1
const seeds = Array.from({ length: labs }, (_, at) => first + at)

/** A lab mostly waits, and a machine of two cores has room for two; more would make it slow, and that is no kill. */
const inLane = createLanes(2)

test.concurrent.for(seeds)(
  'P25 P27 whenever the bot is killed, nothing answered for is lost, done twice or left held (BOARDROOM_SEED=%i)',
  { timeout: CAMPAIGN_MS },
  async (seed, { expect }) => {
    const dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
    try {
      const report = await inLane(() => campaign(dir, seed, KILLS_A_LAB))
      process.stdout.write(tell(seed, report))
      expect(report.faults, `${tell(seed, report)}${await lastWords(dir)}`).toEqual([])
      expect(report.deaths).toHaveLength(KILLS_A_LAB)
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  },
)

function tell(seed: number, { deaths, runs, cut, ended }: Report): string {
  const sums = `${runs} tests, ${cut} attempts cut short, ${ended} outcomes stored when a kill came`
  return `BOARDROOM_SEED=${seed}: ${deaths.length} kills: ${deaths.join('; ')}. ${sums}.\n`
}

const LAST_LINES = 40

async function lastWords(dir: string): Promise<string> {
  const log = await readFile(join(dir, 'bot.log'), 'utf8').catch(() => '')
  return log.split('\n').slice(-LAST_LINES).join('\n')
}
