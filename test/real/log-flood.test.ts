import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startWorld, type World } from '../flows/world.ts'
import { until } from '../until.ts'
import { withPage } from './browser.ts'
import { realSuite } from './fixtures/available.ts'
import { loadOf, taskWords, watchLoad } from './page-load.ts'

const BOARD = 'soc-a-001'
const LINES = 300_000

/** Prints nothing, then all of it at once, then nothing. */
const FLOOD = `#!/bin/sh
while ! [ -e /tmp/go ]; do sleep 0.1; done
seq ${LINES} | sed 's/^/\\x1b[32mstep\\x1b[0m /'
while ! [ -e /tmp/end ]; do sleep 0.1; done
`

async function mark(world: World, name: string): Promise<void> {
  await writeFile(join(world.board(BOARD).dir, 'fs/tmp', name), '')
}

realSuite('the log page of the whole bot in Chromium', ['chromium'], () => {
  test('I2 of 300,000 lines that a board prints every one is counted and the last one shown, few rows at a time', {
    timeout: 300_000,
  }, async () => {
    const world = await startWorld({ boards: [{ id: BOARD, family: 'socA' }] })
    onTestFinished(() => world.close())
    await world.program('flood', FLOOD)
    const id = await world.start('run-test socA ./flood')
    await until(async () => (await world.run(id)).state === 'running', 'it runs', 30_000)
    const raw = `${world.lab.link(id, 'console.log')}?raw`
    const printed = async (): Promise<string[]> => (await (await fetch(raw)).text()).split('\n')

    await withPage(
      async (page, seen) => {
        await watchLoad(page)
        await page.goto(world.lab.link(id, 'console.log'))
        await page.locator('#state', { hasText: 'running' }).waitFor()
        const began = performance.now()
        await mark(world, 'go')
        await page
          .locator('.row:not(.waits) .text', { hasText: new RegExp(`^step ${LINES}$`) })
          .waitFor({ timeout: 200_000 })
        const seconds = ((performance.now() - began) / 1_000).toFixed(1)
        // What a shell may say behind it has no line's end yet.
        const lines = (await printed()).length - 1
        expect(lines).toBeGreaterThan(LINES)
        await page.locator('#size', { hasText: `${lines.toLocaleString('en')} lines` }).waitFor()
        const { longestMs, mostRows } = await loadOf(page)
        console.log(
          `300,000 lines of a board in ${seconds} s: ${taskWords(longestMs)}, ${mostRows} rows at most`,
        )
        expect(mostRows).toBeLessThan(200)

        await mark(world, 'end')
        await page.locator('#state', { hasText: 'passed' }).waitFor()
        await page.locator('.tabs a', { hasText: 'output.log' }).click()
        await page.locator('#size', { hasText: '300,000 lines' }).waitFor()
        await page.locator('.row:not(.waits) .num', { hasText: /^300000$/ }).waitFor()
        expect(seen.faults()).toEqual([])
      },
      { withinMs: 280_000 },
    )
  })
})
