import { expect, onTestFinished, test } from 'vitest'
import { makeAttempt, makeResult } from '../commands/lab-port.ts'
import { type LogRig, startLogRig } from '../http/pages/log/rig.ts'
import { until } from '../until.ts'
import { withPage } from './browser.ts'
import { loadOf, taskWords, watchLoad } from './page-load.ts'

async function rigOf(begin: Parameters<typeof startLogRig>[0] = {}): Promise<LogRig> {
  const rig = await startLogRig(begin)
  onTestFinished(() => rig.close())
  return rig
}

/** A hundred megabytes, as consoles print them. */
const LINES = 1_250_000
function hundredMegabytes(): Buffer {
  const bytes = Buffer.alloc(LINES * 80, '.')
  for (let n = 0; n < LINES; n++) {
    bytes.write(`${String(n + 1).padStart(9)} [`, n * 80, 'latin1')
    bytes.write('\n', n * 80 + 79, 'latin1')
  }
  const needle = 'the \x1b[1;31mneedle\x1b[0m in the hay'
  for (const line of [3, 777_777, 1_249_990]) bytes.write(needle, (line - 1) * 80 + 20, 'latin1')
  return bytes
}

const numbersShown = '[...document.querySelectorAll(".log-view .num")].map(each => each.textContent)'

test('I2 a log of 100 MB opens at its end, at any line and at any word, with few rows at a time', async () => {
  const rig = await rigOf({ state: 'passed', result: makeResult(), attempts: [makeAttempt()] })
  rig.put('console.log', hundredMegabytes())
  await withPage(async (page, seen) => {
    const began = performance.now()
    await page.goto(rig.url())
    await page.getByText('1,250,000 lines · 100 MB').waitFor()
    await page.locator('.row:not(.waits) .num', { hasText: /^1250000$/ }).waitFor()
    console.log(`100 MB: first look ${Math.round(performance.now() - began)} ms`)

    await page.goto(`${rig.url()}#L625000`)
    await page.locator('.row.chosen:not(.waits) .num', { hasText: /^625000$/ }).waitFor()

    const searched = performance.now()
    await page.keyboard.press('/')
    await page.keyboard.type('needle in')
    await page.keyboard.press('Enter')
    await page.locator('#hits', { hasText: '2 of 3' }).waitFor()
    console.log(`100 MB: searched in ${Math.round(performance.now() - searched)} ms`)
    await page.locator('.row.here:not(.waits) .num', { hasText: /^777777$/ }).waitFor()
    await page.keyboard.press('Escape')
    await page.keyboard.press('n')
    await page.locator('.row.here .num', { hasText: /^1249990$/ }).waitFor()
    await page.keyboard.press('N')
    await page.keyboard.press('N')
    await page.locator('.row.here:not(.waits) .num', { hasText: /^3$/ }).waitFor()
    expect(await page.locator('.row.here .text').innerText()).toContain('the needle in the hay')

    // Where a pixel of the bar is many lines, a turn of the wheel is still a few.
    await page.keyboard.press('g')
    await page.locator('.row .num', { hasText: /^1$/ }).waitFor()
    await page.locator('.log-view').hover()
    await page.mouse.wheel(0, 180)
    await until(async () => ((await page.evaluate(numbersShown)) as string[])[0] === '11', 'ten lines down')
    expect(await page.locator('.log-view .row').count()).toBeLessThan(100)
    expect(seen.faults()).toEqual([])
  })
})

test('I2 a link to lines chooses them, Shift chooses more, and what is copied is text alone', async () => {
  const rig = await rigOf({ state: 'passed', result: makeResult() })
  rig.put(
    'console.log',
    Array.from({ length: 900 }, (_, n) => `\x1b[3${n % 8}mline ${n + 1}\x1b[0m\r\n`).join(''),
  )
  await withPage(async (page, seen) => {
    await page.goto(`${rig.url()}#L412`)
    await page.locator('.row.chosen .num', { hasText: /^412$/ }).waitFor()
    await page.locator('.num', { hasText: /^415$/ }).click({ modifiers: ['Shift'] })
    expect(new URL(page.url()).hash).toBe('#L412-L415')
    await until(async () => (await page.locator('.row.chosen').count()) === 4, 'four lines are chosen')
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await page.keyboard.press('c')
    await page.getByText('Copied').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      'line 412\nline 413\nline 414\nline 415',
    )
    await page.keyboard.press('Escape')
    expect(new URL(page.url()).hash).toBe('')
    await page.evaluate('getSelection().selectAllChildren(document.querySelector(".log-view .log-rows"))')
    const selected = String(await page.evaluate('getSelection().toString()'))
      .trim()
      .split('\n')
    expect(selected.length).toBeGreaterThan(20)
    const [first = ''] = selected
    const from = Number(first.replace('line ', ''))
    expect(selected).toEqual(selected.map((_, at) => `line ${from + at}`))
    expect(seen.faults()).toEqual([])
  })
})

/** What would do something if any of it were read as mark-up. */
const XSS = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  "'-alert(1)-'",
  '</div></main><iframe src=javascript:alert(1)>',
  '\x1b]8;;javascript:alert(1)\x07click\x1b]8;;\x07',
  '\x1b[31m<b onmouseover=alert(1)>\x1b[0m',
  '<link rel=stylesheet href=http://10.0.0.1/x.css>',
  '<meta http-equiv=refresh content="0;url=http://10.0.0.1/">',
  '<base href=http://10.0.0.1/>',
  '<form action=http://10.0.0.1/><input name=q autofocus onfocus=alert(1)>',
  '{{constructor.constructor("alert(1)")()}}',
  '<!--',
  '<![CDATA[',
  '&lt;script&gt;',
  '\u202egnirts desrever',
]

test.for([true, false])(
  'P28 nothing that a log, a name or a word of a search holds becomes part of the page (scripts: %s)',
  async javaScript => {
    const evil = XSS.join(' ')
    const rig = await rigOf({
      state: 'failed',
      program: { kind: 'shell', command: '<script>alert(2)</script>' },
      attempts: [makeAttempt({ board: '"><img src=x onerror=alert(3)>' })],
      result: makeResult({
        title: '<img src=x onerror=alert(4)>',
        message: '<svg onload=alert(5)>',
        lines: [3, 5],
        cases: {
          totals: { pass: 0, fail: 1, skip: 0, xfail: 0, xpass: 0, error: 0, total: 1, announced: null },
          problems: [],
          notes: [],
          failed: [],
        },
      }),
    })
    rig.cases.push({
      name: '"><script>alert(6)</script>',
      suite: '',
      format: 'tap',
      result: 'fail',
      durationMs: null,
      reason: '<img src=x onerror=alert(7)>',
      measurement: null,
      output: [],
      lines: [2, 2],
    })
    rig.put('console.log', `${XSS.join('\r\n')}\r\n${evil}\r\n`)
    rig.put('output.log', `${XSS.join('\r\n')}\r\n`)
    await withPage(
      async (page, seen) => {
        for (const address of [
          rig.url(),
          rig.url('output.log'),
          `${rig.url()}?q=${encodeURIComponent('<script>alert(8)</script>')}`,
        ]) {
          await page.goto(address)
          await page.locator('.row .text', { hasText: '<script>alert(1)</script>' }).first().waitFor()
          expect(
            await page
              .locator('main script, main img, main iframe, main svg, main base, main meta, main link')
              .count(),
          ).toBe(0)
        }
        expect(seen.faults()).toEqual([])
      },
      { javaScript },
    )
  },
)

test('without scripts the lines that matter are there, with anchors, and the rest is a link away', async () => {
  const rig = await rigOf({
    state: 'failed',
    attempts: [makeAttempt()],
    result: makeResult({ title: 'kernel panic: Fatal exception', lines: [2210, 2220] }),
  })
  rig.put('console.log', Array.from({ length: 5_000 }, (_, n) => `line ${n + 1}\n`).join(''))
  await withPage(
    async (page, seen) => {
      await page.goto(`${rig.url()}#L2210`)
      expect(await page.locator('#L2210').isVisible()).toBe(true)
      expect(await page.locator('.mark-verdict').count()).toBe(11)
      expect(await page.locator('.js-only:visible').count()).toBe(0)
      await page.getByRole('link', { name: 'Last' }).first().click()
      await page.locator('#L5000').waitFor()
      await page.getByRole('searchbox').fill('line 123')
      await page.getByRole('button', { name: 'Find' }).click()
      await page.getByText('11 lines with “line 123”.').waitFor()
      await page.locator('.log-hits a', { hasText: /^1235$/ }).click()
      await page.locator('#L1235:target').waitFor()
      expect(seen.faults()).toEqual([])
    },
    { javaScript: false },
  )
})

const LIVE = 300_000

test('I2 all of 300,000 live lines are counted, few rows at a time, the last line shown, then how it ended', async () => {
  const rig = await rigOf({ state: 'running', attempts: [makeAttempt()] })
  rig.append('console.log', 'begin\n')
  await withPage(async (page, seen) => {
    await watchLoad(page)
    await page.goto(rig.url())
    await page.getByText('running').first().waitFor()
    await page.keyboard.press('/')
    await page.keyboard.type('ok 77')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Escape')
    await page.keyboard.press('f')
    for (let from = 1; from < LIVE; from += 5_000) {
      const count = Math.min(5_000, LIVE - from)
      rig.append(
        'console.log',
        Array.from({ length: count }, (_, n) => `\x1b[32mok\x1b[0m ${from + n}\r\n`).join(''),
      )
      if (from % 50_000 === 1)
        await page.locator('.row:not(.waits) .text', { hasText: `ok ${from + count - 1}` }).waitFor()
    }
    await page.getByText('300,000 lines').waitFor()
    await page.locator('.row:not(.waits) .text', { hasText: `ok ${LIVE - 1}` }).waitFor()

    // 77, 770 to 779, and so on: what was looked for goes on being looked for.
    await page.locator('#hits', { hasText: 'of 1,111' }).waitFor()

    // Whoever scrolls up stays where he is, and is told what he misses.
    await page.locator('.log-view').hover()
    await page.mouse.wheel(0, -2_000)
    await page.locator('#follow[aria-pressed=false]').waitFor()
    // Browsers scroll smoothly: it comes to rest first.
    const top =
      'new Promise(done => setTimeout(() => done(document.querySelector(".log-view").scrollTop), 100))'
    await until(async () => {
      const [before, after] = [await page.evaluate(top), await page.evaluate(top)]
      return before === after
    }, 'it stands still')
    const first = (await page.evaluate(numbersShown)) as string[]
    rig.append('console.log', 'one more\n'.repeat(1_204))
    await page.getByText('1,204 new lines').waitFor()
    expect(await page.evaluate(numbersShown)).toEqual(first)
    await page.getByText('1,204 new lines').click()
    await page.locator('.row .num', { hasText: /^301204$/ }).waitFor()

    const { longestMs, mostRows } = await loadOf(page)
    console.log(`300,000 live lines: ${taskWords(longestMs)}`)
    expect(mostRows).toBeLessThan(600)

    rig.be({ state: 'failed', result: makeResult({ title: 'kernel panic: x', lines: [7, 8] }) })
    rig.seal('console.log')
    await page.getByText('failed: kernel panic').waitFor()
    expect(await page.title()).toMatch(/^failed: kernel panic · T12/)
    await until(() => rig.open === 0, 'the stream has ended')
    // How it ended comes by itself, and the reader stays where he is until he asks for it.
    await page.locator('.row .num', { hasText: /^301204$/ }).waitFor()
    await page.locator('#verdict a.jump', { hasText: 'lines 7–8' }).click()
    await page.locator('.row.mark-verdict .num', { hasText: /^7$/ }).waitFor()
    expect(seen.faults()).toEqual([])
  })
})
