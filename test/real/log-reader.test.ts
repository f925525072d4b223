import { expect, onTestFinished, test } from 'vitest'
import { makeAttempt, makeResult } from '../commands/lab-port.ts'
import { type LogRig, startLogRig } from '../http/pages/log/rig.ts'
import { until } from '../until.ts'
import { withPage } from './browser.ts'

async function rigOf(begin: Parameters<typeof startLogRig>[0] = {}): Promise<LogRig> {
  const rig = await startLogRig(begin)
  onTestFinished(() => rig.close())
  return rig
}

test('who opens the log of a test that waits sees it begin, go on and end, and never loads the page again', async () => {
  const rig = await rigOf({ state: 'queued' })
  await withPage(async (page, seen) => {
    await page.goto(rig.url('output.log'))
    await page.locator('#state', { hasText: 'queued' }).waitFor()
    await page.evaluate('globalThis.isSame = true')
    expect(await page.locator('.log-view').getAttribute('data-empty')).toBe('Nothing was printed yet.')

    rig.be({ state: 'running', attempts: [makeAttempt({ board: 'soc-a-002' })] })
    await page.getByRole('heading', { name: 'T12 · hello on soc-a-002' }).waitFor()
    rig.append('console.log', 'boot\nok 1 a\nnot ok 2 b\n')
    rig.append('output.log', 'ok 1 a\nnot ok 2 b\n')
    await page.locator('.row:not(.waits) .text', { hasText: 'not ok 2 b' }).waitFor()

    rig.cases.push({
      ...{ name: 'b', suite: '', format: 'tap', result: 'fail', durationMs: null, reason: null },
      ...{ measurement: null, output: ['# expected 4, got 5'], lines: [2, 2] },
    })
    const totals = { pass: 1, fail: 1, skip: 0, xfail: 0, xpass: 0, error: 0, total: 2, announced: null }
    rig.be({
      state: 'failed',
      result: makeResult({
        title: '1 of 2 cases failed',
        cases: { totals, problems: [], notes: [], failed: [] },
      }),
    })
    rig.seal('console.log')
    rig.seal('output.log')
    await page.locator('#verdict', { hasText: '1 of 2 cases failed first failed case: line 2' }).waitFor()
    await page.locator('#cases .case.bad', { hasText: 'b expected 4, got 5' }).waitFor()
    await page.locator('.row.mark-case .num', { hasText: /^2$/ }).waitFor()
    await page.locator('.tabs a', { hasText: 'console.log' }).waitFor()
    expect(await page.evaluate('globalThis.isSame')).toBe(true)
    expect(await page.title()).toMatch(/^failed/)
    await until(() => rig.open === 0, 'nothing more is sent')
    expect(seen.faults()).toEqual([])
  })
})

/** Playwright has no way to hide a page. */
const turn = (hidden: boolean): string => `
  Object.defineProperty(document, 'hidden', { get: () => ${hidden}, configurable: true })
  document.dispatchEvent(new Event('visibilitychange'))`

test('a page that nobody looks at holds none of the six connections of its browser', async () => {
  const rig = await rigOf({ state: 'running', attempts: [makeAttempt()] })
  rig.append('console.log', 'one\n')
  await withPage(async page => {
    await page.goto(rig.url())
    await until(() => rig.open === 1, 'it is followed')
    await page.evaluate(turn(true))
    await until(() => rig.open === 0, 'it is let go')
    rig.append('console.log', 'two\n')
    await page.evaluate(turn(false))
    await page.locator('.row:not(.waits) .num', { hasText: /^2$/ }).waitFor()
    expect(rig.open).toBe(1)
  })
})

test('a page that was opened with a key in its address has lines, hits and news all the same', async () => {
  const rig = await rigOf({ state: 'running', attempts: [makeAttempt()] })
  rig.append('console.log', 'one\ntwo\n')
  await withPage(async (page, seen) => {
    await page.goto(rig.url().replace('//', '//anyone:key@'))
    await page.locator('.row:not(.waits) .num', { hasText: /^2$/ }).waitFor()
    rig.append('console.log', 'three\n')
    await page.locator('.row:not(.waits) .num', { hasText: /^3$/ }).waitFor()
    await page.goto(`${rig.url().replace('//', '//anyone:key@')}?q=two`)
    await page.locator('#hits', { hasText: '1 of 1' }).waitFor()
    expect(seen.faults()).toEqual([])
  })
})

test('without a mouse lines are chosen, from a hit to another or from the top of what is in sight', async () => {
  const rig = await rigOf({ state: 'passed', result: makeResult() })
  rig.put('console.log', Array.from({ length: 900 }, (_, n) => `line ${n + 1}\n`).join(''))
  await withPage(async page => {
    await page.goto(`${rig.url()}?q=line%2030`)
    await page.locator('.row.here .num', { hasText: /^30$/ }).waitFor()
    await page.keyboard.press('x')
    expect(new URL(page.url()).hash).toBe('#L30')
    await page.keyboard.press('n')
    await page.keyboard.press('X')
    expect(new URL(page.url()).hash).toBe('#L30-L300')
  })
})
