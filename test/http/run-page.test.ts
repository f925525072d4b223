import { expect, test } from 'vitest'
import { runPage } from '../../src/http/run-page.ts'
import { FRAME } from '../cards/draw.ts'
import { makeAttempt, makeResult, makeRun } from '../commands/lab-port.ts'

test('M5.3 the page of a test has an anchor for each line that a card links to, with the lines that prove how it ended', () => {
  const result = makeResult({
    title: 'kernel panic: Fatal exception',
    proof: ['Kernel panic - not syncing: Fatal exception <1>', 'pc : dwmac_rx+0x1d4/0x5a0'],
    lines: [2205, 2251],
    events: [
      { at: 0, kind: 'warning', severity: 'told', title: 'warning: <x>', lines: [812, 840] },
      { at: 0, kind: 'panic', severity: 'ends', title: 'kernel panic: Fatal exception', lines: [2205, 2251] },
    ],
  })
  const page = runPage('T128', makeRun({ state: 'failed', attempts: [makeAttempt()], result }), [], FRAME)
  expect(page).toContain('<h2 id="L2205">Lines 2205 to 2251 of the console</h2>')
  expect(page).toContain('not syncing: Fatal exception &lt;1&gt;\npc : dwmac_rx+0x1d4/0x5a0</pre>')
  expect(page).toContain('<li id="L812">line 812: warning: &lt;x&gt;</li>')
  expect(page.match(/id="L/g)).toHaveLength(2)
})

test('a page of a test whose console told nothing has nothing of it', () => {
  const page = runPage('T128', makeRun({ state: 'passed', result: makeResult() }), [], FRAME)
  expect(page).not.toContain('id="L')
  expect(page).not.toContain('<pre>')
})
