import fc from 'fast-check'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { textOfMarkup } from '../../src/http/pages/markup.ts'
import { viewHtml } from '../../src/http/pages/render/view.ts'
import { anyView } from '../cards/arbitrary-view.ts'
import { createLabPort, makeResult, makeRun, NOON } from '../commands/lab-port.ts'
import { createFakeClock } from '../fake-clock.ts'
import { busyLab, fillShelf } from '../http/pages/busy-lab.ts'
import { startPages } from '../http/pages/stage.ts'
import { until } from '../until.ts'
import { withPage } from './browser.ts'
import { realSuite } from './fixtures/available.ts'

/** Behind every word of people and boards: out of text, out of attributes, out of elements, out of URLs. */
const ATTACKS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' autofocus onfocus=alert(1) x='",
  '</pre></code></title></summary><svg onload=alert(1)>',
  '</script><script src=http://evil.example/x.js></script>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  'javascript:alert(1)',
  '<a href=javascript:alert(1)>x</a><base href=http://evil.example/>',
  '<style>*{background:url(http://evil.example/x)}</style><meta http-equiv=refresh content=0;url=http://evil.example>',
  '&lt;script&gt;alert(1)&lt;/script&gt;<!-- --!><form action=http://evil.example><input autofocus>',
  '\u001b]8;;http://evil.example\u001b\\click\u001b]8;;\u001b\\\u202e<b>gpj',
]

const PAGES = [
  '/',
  '/artifacts',
  '/artifacts/T126',
  '/artifacts/T127',
  '/artifacts/T128',
  '/artifacts/T129',
  '/artifacts/T130',
  '/artifacts/T131',
  '/artifacts/%3Cscript%3Ealert(1)%3C%2Fscript%3E',
  '/artifacts/T128/%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E',
  '/artifacts?before=%3Cscript%3Ealert(1)%3C%2Fscript%3E',
]

/** Elements, attributes and addresses that no page has unless somebody else wrote them. */
async function strange(page: Page): Promise<readonly string[]> {
  return await page.evaluate<string[]>(`(() => {
    const own = new URL('/', document.baseURI).href
    return [...document.querySelectorAll('*')].flatMap(element => [
      ...(/^(IFRAME|IMG|STYLE|BASE|FORM|INPUT|OBJECT|EMBED)$/.test(element.nodeName) ? [element.nodeName] : []),
      ...(element.nodeName === 'SCRIPT' && !element.src.startsWith(own) ? ['a script'] : []),
      ...element.getAttributeNames().filter(name => /^on|^style$|^autofocus$/.test(name)),
      ...(element.nodeName === 'A' && !element.href.startsWith(own) ? [element.href] : []),
    ])
  })()`)
}

realSuite('pages of the lab in Chromium', ['chromium'], () => {
  test('P28 nothing that people and boards write is anything but text, on any page', {
    timeout: 180_000,
  }, async () => {
    let attack = ''
    const say = (usual: string): string => usual + attack
    const { port, files } = await startPages(busyLab(say), createFakeClock(NOON))
    await withPage(
      async (page, seen) => {
        for (attack of ATTACKS) {
          await fillShelf(files, say)
          for (const path of PAGES) {
            await page.goto(`http://127.0.0.1:${port}${path}`)
            expect([attack, path, await strange(page)]).toEqual([attack, path, []])
            if (path !== '/' && path !== '/artifacts/T130') continue
            // And once more as it came by the live stream.
            await page.waitForSelector('#live[data-state=live]')
            expect([attack, path, await strange(page)]).toEqual([attack, path, []])
          }
          // What people typed is there to be read.
          await page.goto(`http://127.0.0.1:${port}/artifacts/T126`)
          if (!attack.includes('\u001b'))
            expect(await page.textContent('#asked')).toContain(`echo "done"${attack}`)
        }
        const ours = seen.faults().filter(fault => !/status of 40[04]/.test(fault))
        expect(ours).toEqual([])
      },
      { withinMs: 170_000 },
    )
  })

  test('news are put in the place of what is shown; an open fold, a chosen text and the focus stay', async () => {
    let run = makeRun({
      id: 'T5',
      state: 'failed',
      result: makeResult(),
      program: { kind: 'shell', command: 'one' },
    })
    let isFinal = false
    const clock = createFakeClock(NOON)
    const queued = (): typeof run => ({
      ...run,
      state: isFinal ? 'failed' : 'queued',
      result: isFinal ? run.result : null,
    })
    const lab = createLabPort({ run: async () => queued(), runs: async () => [queued()] })
    const { port, files } = await startPages(lab, clock)
    await files.put('T5', 'output.log', 'x')
    await withPage(async (page, seen) => {
      await page.goto(`http://127.0.0.1:${port}/artifacts/T5`)
      await page.waitForSelector('#live[data-state=live]')
      const link = page.locator('#files a').first()
      await link.focus()
      await page.evaluate("getSelection().selectAllChildren(document.querySelector('#files h2'))")
      run = { ...run, rev: run.rev + 1, program: { kind: 'shell', command: 'two <b>' } }
      lab.publish('run/T5')
      await clock.pass(1_000)
      await page.waitForFunction("document.title.includes('two <b>')")
      expect(await page.textContent('h1')).toContain('two <b>')
      // The node itself is the same, so whatever hung on it is.
      expect(await page.evaluate('[getSelection().toString(), document.activeElement.textContent]')).toEqual([
        'Files',
        'output.log',
      ])
      isFinal = true
      run = { ...run, rev: run.rev + 1 }
      lab.publish('run/T5')
      await clock.pass(1_000)
      await page.waitForSelector('#live[data-state=over]', { state: 'attached' })
      expect(await page.textContent('h1')).toContain('failed')
      expect(seen.faults()).toEqual([])
    })
  })

  test('whatever was shown becomes whatever was sent, node for node', async () => {
    const { port } = await startPages(busyLab(), createFakeClock(NOON))
    const look = { frame: { now: NOON, timeZone: 'UTC' }, root: '..', base: 'http://lab.test' }
    const views = fc.sample(anyView, 300).map(view => textOfMarkup(viewHtml(view, look)))
    await withPage(async (page, seen) => {
      await page.goto(`http://127.0.0.1:${port}/artifacts`)
      const different = await page.evaluate<string[]>(`(async views => {
        const { morph } = await import('/assets/morph.js')
        const shown = document.createElement('section')
        const different = []
        for (const html of views) {
          morph(shown, html)
          const wanted = new DOMParser().parseFromString(html, 'text/html').body
          if (shown.innerHTML !== wanted.innerHTML) different.push(html)
        }
        return different
      })(${JSON.stringify(views)})`)
      expect(different).toEqual([])
      expect(seen.faults()).toEqual([])
    })
  })

  test('a fold that was opened stays open, and a lost connection is said and made again', async () => {
    let words = 'first'
    const clock = createFakeClock(NOON)
    const { port, streams } = await startPages(
      busyLab(usual => `${usual} ${words}`),
      clock,
    )
    await withPage(async page => {
      await page.goto(`http://127.0.0.1:${port}/`)
      await page.waitForSelector('#live[data-state=live]')
      await page.click('.chart summary')
      words = 'second'
      await clock.pass(5_000)
      await page.waitForFunction("document.querySelector('#boards').textContent.includes('new fan second')")
      expect(await page.evaluate("document.querySelector('.chart details').open")).toBe(true)
      await page.route('**/live/**', route => route.abort())
      streams.closeAll()
      await page.waitForSelector('#live[data-state=lost]')
      expect(await page.textContent('#live')).toMatch(/^no connection since \d\d:\d\d:\d\d; trying again$/)
    })
  })

  test('without scripts a page is whole and asks again by itself as long as something goes on', async () => {
    const { port, files } = await startPages(busyLab(), createFakeClock(NOON))
    await fillShelf(files)
    await withPage(
      async (page, seen) => {
        for (const [path, words, isLive] of [
          ['/', 'soc-b-003', true],
          ['/artifacts/T130', '31 of 46 cases', true],
          ['/artifacts/T128', 'atomic_swap', false],
        ] as const) {
          await page.goto(`http://127.0.0.1:${port}${path}`)
          expect(await page.textContent('#main')).toContain(words)
          expect(await page.locator('meta[http-equiv=refresh]').count()).toBe(isLive ? 1 : 0)
          expect(await page.locator('.copy').first().isVisible()).toBe(false)
        }
        expect(seen.faults()).toEqual([])
      },
      { javaScript: false },
    )
  })

  test('a phone shows every page without scrolling sideways', async () => {
    const { port, files } = await startPages(
      busyLab(usual => `${usual} ${'long'.repeat(30)}`),
      createFakeClock(NOON),
    )
    await fillShelf(files)
    await withPage(
      async page => {
        for (const path of [
          '/',
          '/artifacts',
          '/artifacts/T127',
          '/artifacts/T128',
          '/artifacts/T129',
          '/artifacts/T130',
        ]) {
          await page.goto(`http://127.0.0.1:${port}${path}`)
          const width = await page.evaluate('document.documentElement.scrollWidth')
          expect([path, width]).toEqual([path, 390])
        }
      },
      { width: 390, height: 800 },
    )
  })

  test('light or dark is chosen once for all pages, and is there before anything of a page is', async () => {
    const { port, files } = await startPages(busyLab(), createFakeClock(NOON))
    await fillShelf(files)
    await withPage(async (page, seen) => {
      // What the page had when its body came, which is before it can be painted.
      await page.addInitScript(`
        new MutationObserver((_, observer) => {
          if (document.body === null) return
          globalThis.first = document.documentElement.dataset.theme ?? 'system'
          observer.disconnect()
        }).observe(document, { childList: true, subtree: true })`)
      const address = (path: string): string => `http://127.0.0.1:${port}${path}`
      await page.goto(address('/'))
      const button = page.getByRole('button', { name: 'Theme: system' })
      await button.click()
      await page.getByRole('button', { name: 'Theme: light' }).click()
      await page.getByRole('button', { name: 'Theme: dark' }).waitFor()
      for (const path of [
        '/artifacts',
        '/artifacts/T128',
        '/artifacts/T128/console.log',
        '/artifacts/T999',
      ]) {
        await page.goto(address(path))
        expect([path, await page.evaluate('globalThis.first')]).toEqual([path, 'dark'])
        await page.getByRole('button', { name: 'Theme: dark' }).waitFor()
        expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('dark')
      }
      await page.emulateMedia({ media: 'print' })
      expect(await page.evaluate('getComputedStyle(document.documentElement).colorScheme')).toBe('light')
      expect(seen.errors.filter(error => !error.includes('404'))).toEqual([])
    })
  })

  test('a command line is copied by a click', async () => {
    const { port, files } = await startPages(busyLab(), createFakeClock(NOON))
    await fillShelf(files)
    await withPage(async page => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await page.goto(`http://127.0.0.1:${port}/artifacts/T128`)
      await page.click('.copy')
      await until(async () => (await page.textContent('.copy')) === 'copied', 'it to be said')
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe('tests rerun T128')
    })
  })
})
