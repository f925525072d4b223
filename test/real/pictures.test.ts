import { writeFile } from 'node:fs/promises'
import { expect, onTestFinished, test } from 'vitest'
import { makeAttempt, makeResult, NOON } from '../commands/lab-port.ts'
import { createFakeClock } from '../fake-clock.ts'
import { busyLab, fillShelf } from '../http/pages/busy-lab.ts'
import { startLogRig } from '../http/pages/log/rig.ts'
import { startPages } from '../http/pages/stage.ts'
import { type Look, withPage } from './browser.ts'
import { realSuite } from './fixtures/available.ts'

const MOST_BYTES = 150_000

/** Taken at each run, and put into docs when that is asked for: BOARDROOM_PICTURES=1. */
async function picture(name: string, url: string, ready: string, look: Look): Promise<void> {
  await withPage(async (page, seen) => {
    await page.goto(url)
    await page.locator(ready).first().waitFor()
    await page.evaluate('document.fonts.ready')
    const bytes = await page.screenshot()
    expect(seen.faults()).toEqual([])
    expect(bytes.length).toBeLessThan(MOST_BYTES)
    if (process.env['BOARDROOM_PICTURES'] === '1')
      await writeFile(new URL(`../../docs/${name}.png`, import.meta.url), bytes)
  }, look)
}

const TRACE = [
  'Kernel panic - not syncing: Fatal exception in interrupt',
  'CPU: 2 PID: 0 Comm: swapper/2 Not tainted 6.6.30 #1',
  'Hardware name: SoC-A evaluation board (DT)',
  'Call trace:',
  ' dump_backtrace+0x98/0x118',
  ' panic+0x33c/0x3a8',
  ' dma_irq_handler+0x1a4/0x1c8 [soc_dma]',
  ' __handle_irq_event_percpu+0x5c/0x1b0',
  ' el1h_64_irq+0x64/0x68',
  '---[ end Kernel panic - not syncing: Fatal exception in interrupt ]---',
]
const FIRST = 2_208
const LAST = FIRST + TRACE.length - 1

async function panic(): Promise<string> {
  const rig = await startLogRig({
    state: 'failed',
    program: { kind: 'binary', name: 'dma-stress', size: 81_920, sha256: 'a'.repeat(64) },
    attempts: [makeAttempt({ board: 'soc-a-003' })],
    result: makeResult({
      title: 'kernel panic: Fatal exception in interrupt',
      message: "The board's kernel reported it while the program ran.",
      lines: [FIRST, LAST],
    }),
  })
  onTestFinished(() => rig.close())
  const lines = Array.from({ length: FIRST - 1 }, (_, n) => {
    const at = n + 1
    if (at === FIRST - 3) return '\x1b[33mdma: channel 3 stalled, resetting\x1b[0m'
    return `\x1b[32mdma\x1b[0m: transfer ${at} of 4096, crc ok`
  })
  const stamped = [...lines, ...TRACE].map((text, n) => `[${(n / 97).toFixed(6).padStart(12)}] ${text}\r\n`)
  rig.put('console.log', stamped.join(''))
  rig.put('output.log', lines.join('\n'))
  return `${rig.url()}#L${FIRST + 6}`
}

realSuite('pictures of pages', ['chromium'], () => {
  test.for([
    ['log-page', { width: 1_100, height: 520 }],
    ['log-page-phone', { width: 390, height: 720 }],
  ] as const)('of a log whose kernel panicked: %s', async ([name, look]) => {
    await picture(name, await panic(), '.row.chosen:not(.waits)', look)
  })

  test.for([
    ['lab-page', '/', { width: 1_100, height: 875 }],
    ['run-page', '/artifacts/T127', { width: 1_100, height: 900 }],
  ] as const)('of a lab in the middle of a day: %s', async ([name, path, look]) => {
    const { port, files } = await startPages(busyLab(), createFakeClock(NOON))
    await fillShelf(files)
    const ready = path === '/' ? '#live[data-state=live]' : '#files table'
    await picture(name, `http://127.0.0.1:${port}${path}`, ready, look)
  })
})
