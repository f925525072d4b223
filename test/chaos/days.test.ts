import { expect, test } from 'vitest'
import { liveDay } from '../flows/day/day.ts'
import { drawDay } from '../flows/day/plan.ts'
import { tableOf } from '../flows/day/table.ts'
import { wrongsOf } from '../flows/day/truth.ts'

/** One is lived in test/flows each time; these are more of them. */
const DAYS = Number(process.env['BOARDROOM_DAYS'] ?? 0)
const FIRST = Math.floor(Math.random() * 1e6)

test.skipIf(DAYS === 0)(`H10.3 M3.4 ${DAYS} days of mixed faults, from seed ${FIRST} on`, async () => {
  for (let seed = FIRST; seed < FIRST + DAYS; seed++) {
    const report = await liveDay(drawDay(seed))
    expect(wrongsOf(report), tableOf(report)).toEqual([])
  }
})
