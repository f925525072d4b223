import { expect, test } from 'vitest'
import { textOfMarkup } from '../../../src/http/pages/markup.ts'
import { drawOwner } from '../../../src/http/pages/run-page.ts'
import { sectionsHtml } from '../../../src/http/pages/sections.ts'
import type { RunFile } from '../../../src/http/types.ts'
import type { Run } from '../../../src/lab/types.ts'
import { silentLog } from '../../../src/log.ts'
import { createLabPort, makeAttempt, makeResult, makeRun, NOON } from '../../commands/lab-port.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { createShelf } from '../rig.ts'

const LOG: RunFile = { name: 'console.log', size: 9, sha256: 'a', type: 'text/plain', storedAt: NOON }

async function pageOf(run: Run, files: readonly RunFile[] = []): Promise<string> {
  const lab = createLabPort({
    link: (id, file) => `http://lab.test/artifacts/${id}${file === undefined ? '' : `/${file}`}`,
    logLink: ({ id }) => `http://lab.test/artifacts/${id}/output.log`,
    consoleLink: ({ id }) => `http://lab.test/artifacts/${id}/console.log`,
  })
  const deps = {
    lab,
    files: await createShelf(),
    timeZone: () => 'UTC',
    clock: createFakeClock(),
    log: silentLog,
  }
  const { sections } = await drawOwner(deps, { id: run.id, run, files }, '..')
  return textOfMarkup(sectionsHtml(sections))
}

test('M5.3 the page of a test has an anchor for each line that a card links to, with the lines that prove how it ended', async () => {
  const result = makeResult({
    title: 'kernel panic: Fatal exception',
    proof: ['Kernel panic - not syncing: Fatal exception <1>', 'pc : dwmac_rx+0x1d4/0x5a0'],
    lines: [2205, 2251],
    events: [
      { at: 0, kind: 'warning', severity: 'told', title: 'warning: <x>', lines: [812, 840] },
      { at: 0, kind: 'panic', severity: 'ends', title: 'kernel panic: Fatal exception', lines: [2205, 2251] },
    ],
  })
  const run = makeRun({ state: 'failed', attempts: [makeAttempt()], result })
  const page = await pageOf(run, [LOG])
  expect(page).toContain(
    '<h2 id="L2205">Lines 2205 to 2251 of the console <a class="in-log" href="../artifacts/T128/console.log#L2205">in the log</a></h2>',
  )
  expect(page).toContain('not syncing: Fatal exception &lt;1&gt;\npc : dwmac_rx+0x1d4/0x5a0\n</pre>')
  expect(page).toContain(
    '<li id="L812"><a href="../artifacts/T128/console.log#L812">line 812</a>: warning: &lt;x&gt;</li>',
  )
  expect(page.match(/id="L/g)).toHaveLength(2)
  // The lab's own address in a card becomes one that a proxy may have moved.
  expect(page).toContain('<a href="../artifacts/T128/console.log#L2205">line 2205</a>')
  expect(page).not.toContain('lab.test')
  // Where the file is not there, its line is not linked to.
  expect(await pageOf(run)).toContain('<li id="L812">line 812: warning: &lt;x&gt;</li>')
})

test('the lines of a retried test are those of its last attempt, and of each other one its own', async () => {
  const event = { at: 0, kind: 'oops', severity: 'told', title: 'oops', lines: [40, 61] } as const
  const run = makeRun({
    state: 'failed',
    attempts: [makeAttempt({ events: [event] }), makeAttempt({ number: 2 })],
    result: makeResult({ lines: [7, 7], proof: ['panic'] }),
  })
  const page = await pageOf(run, [LOG, { ...LOG, name: 'console-2.log' }])
  expect(page).toContain(
    '<h2 id="L7">Line 7 of the console <a class="in-log" href="../artifacts/T128/console-2.log#L7">',
  )
  expect(page).toContain('<li><a href="../artifacts/T128/console.log#L40">line 40</a>: oops</li>')
})

test('a failed case leads to its line in what the program printed', async () => {
  const failed = [
    { name: 'atomic_swap', result: 'fail', reason: 'expected 4', output: ['x'], line: 412 },
  ] as const
  const totals = { pass: 1, fail: 1, error: 0, skip: 0, xfail: 0, xpass: 0, total: 2, announced: 2 }
  const cases = { totals, problems: [], notes: [], failed }
  const run = makeRun({ state: 'failed', attempts: [makeAttempt()], result: makeResult({ cases }) })
  const page = await pageOf(run, [{ ...LOG, name: 'output.log' }])
  expect(page).toContain('<summary>atomic_swap · line 412</summary>')
  expect(page).toContain('<a href="../artifacts/T128/output.log#L412">line 412</a>')
})

test('a page of a test whose console told nothing has nothing of it', async () => {
  const page = await pageOf(makeRun({ state: 'passed', result: makeResult({ tail: [] }) }))
  expect(page).not.toContain('id="L')
  expect(page).not.toContain('<pre')
})

test('the environment of a test, where tokens are, is on no page', async () => {
  expect(await pageOf(makeRun({ env: { TOKEN: 'hunter2' } }))).not.toMatch(/hunter2|TOKEN/)
})

test('P28 a program named like an id of the lab is no link', async () => {
  const page = await pageOf(makeRun({ program: { kind: 'shell', command: 'T1' } }))
  expect(page).not.toContain('artifacts/T1"')
})
