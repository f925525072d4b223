import { expect, test } from 'vitest'
import { createLabPort, makeRun, NOON } from '../../commands/lab-port.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { get } from '../rig.ts'
import { busyLab, fillShelf } from './busy-lab.ts'
import { startPages } from './stage.ts'
import { tokensOf } from './tokens.ts'

const HTML = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

async function busy() {
  const stage = await startPages(busyLab(), createFakeClock(NOON))
  await fillShelf(stage.files)
  return stage
}

test('every page is well-formed, loads only what is here, and names it by ways that a proxy may move', async () => {
  const { port } = await busy()
  for (const path of [
    '/',
    '/artifacts',
    '/artifacts/T128',
    '/artifacts/T130',
    '/artifacts/L7',
    '/artifacts/T9999',
  ]) {
    const { text, headers } = await get(port, path, HTML)
    const tokens = tokensOf(text)
    for (const token of tokens) {
      if (token.kind !== 'open') continue
      expect([...token.attributes.keys()].filter(name => name === 'style' || name.startsWith('on'))).toEqual(
        [],
      )
      for (const name of ['href', 'src', 'data-live']) {
        const address = token.attributes.get(name)
        if (address !== undefined)
          expect([path, address]).toEqual([path, expect.stringMatching(/^(?!\/|https?:)/)])
      }
      const src = token.attributes.get('src')
      if (src !== undefined)
        expect((await get(port, new URL(src, `http://x${path}`).pathname)).status).toBe(200)
    }
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self'; /)
    expect(headers['x-content-type-options']).toBe('nosniff')
  }
})

test('S1 the lab page says what status, boards, queue and tests say, read only', async () => {
  const { port } = await busy()
  const { text } = await get(port, '/', HTML)
  for (const words of [
    '3 of 6 boards usable',
    'alert A5:',
    'soc-b-003',
    'T131',
    'average wait 4 min',
    'failed: kernel panic',
  ])
    expect(text).toContain(words)
  expect(text).not.toMatch(/<form|<input|type="submit"/)
  expect(text).toContain('data-live="live/lab"')
  expect(text).toContain('<noscript><meta http-equiv="refresh" content="10"></noscript>')
})

test('a page of a test that is over is not watched, and one that goes on is', async () => {
  const { port } = await busy()
  expect((await get(port, '/artifacts/T128', HTML)).text).not.toMatch(/data-live|refresh/)
  expect((await get(port, '/artifacts/T130', HTML)).text).toContain('data-live="../live/run/T130"')
})

test('the address of a folder leads to what is in it', async () => {
  const { port } = await busy()
  const { status, headers } = await get(port, '/artifacts/', HTML)
  expect([status, headers.location]).toEqual([308, '../artifacts'])
})

test('a lease has a page of its files', async () => {
  const { port } = await busy()
  expect((await get(port, '/artifacts/l7', HTML)).text).toContain('>dmesg.txt</a>')
})

test('M7.5 the newest hundred are listed, and on from there to the last, each of them once', async () => {
  const runs = Array.from({ length: 250 }, (_, n) => makeRun({ id: `T${n + 1}`, state: 'passed' }))
  const lab = createLabPort({
    run: async id => runs.find(run => run.id === id) ?? null,
    runs: async () => runs.slice(-100),
  })
  const { port, files } = await startPages(lab, createFakeClock(NOON))
  // Some at the very same moment.
  for (const [n, { id }] of runs.entries())
    await files.put(id, 'a', 'xyz', { storedAt: NOON + Math.floor(n / 3) })
  const seen: string[] = []
  let path: string | null = '/artifacts'
  while (path !== null) {
    const { text, headers } = await get(port, path, { accept: 'application/json' })
    const page = JSON.parse(text) as {
      artifacts: { id: string; bytes: number; state: string }[]
      older: string | null
    }
    expect(page.artifacts.length).toBeLessThanOrEqual(100)
    expect(headers['link']).toBe(page.older === null ? undefined : `<${page.older}>; rel="next"`)
    seen.push(...page.artifacts.map(each => each.id))
    path = page.older === null ? null : `/${page.older}`
  }
  expect(seen).toEqual(runs.map(run => run.id).reverse())
  const html = await get(port, '/artifacts', HTML)
  expect(html.text).toContain('<a rel="next" href="artifacts?before=T151">Older</a>')
  expect(html.text.match(/<tr>/g)).toHaveLength(101)
})

test('behind a test whose files went there is nothing older, and what is no id is said to be none', async () => {
  const { port } = await busy()
  expect((await get(port, '/artifacts?before=T2', HTML)).text).toContain('Nothing older is kept.')
  for (const before of ['nonsense', '%3Cscript%3E', '..%2f', ''])
    expect((await get(port, `/artifacts?before=${before}`)).status).toBe(400)
  const twice = await get(port, '/artifacts?before=T129&before=x', { accept: 'application/json' })
  expect(twice.status).toBe(200)
})

test('scripts and style are kept for ever under the address a page names them by, and asked for again under any other', async () => {
  const { port } = await busy()
  const page = (await get(port, '/', HTML)).text
  const named = /href="\.(\/assets\/style\.css\?v=[0-9a-f]+)"/.exec(page)?.[1] ?? ''
  const kept = await get(port, named)
  expect(kept.headers).toMatchObject({
    'content-type': 'text/css; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
  })
  for (const path of ['/assets/style.css', '/assets/style.css?v=0000'])
    expect((await get(port, path)).headers['cache-control']).toBe('no-cache')
  const again = await get(port, '/assets/style.css', { 'if-none-match': kept.headers.etag ?? '' })
  expect([again.status, again.text]).toEqual([304, ''])
  expect((await get(port, '/assets/live.js')).headers['content-type']).toBe('text/javascript; charset=utf-8')
})

test('a page that was seen once asks for none of its scripts again, however deep they are imported', async () => {
  const { port } = await startPages(createLabPort(), createFakeClock(NOON))
  const page = (await get(port, '/', HTML)).text
  const sum = /live\.js\?v=([0-9a-f]+)"/.exec(page)?.[1] ?? ''
  const seen = new Set<string>()
  const walk = async (name: string): Promise<void> => {
    if (seen.has(name)) return
    seen.add(name)
    const { headers, text } = await get(port, `/assets/${name}?v=${sum}`)
    expect([name, headers['cache-control']]).toEqual([name, 'public, max-age=31536000, immutable'])
    const code = text.replace(/\/\*[\s\S]*?\*\//g, '')
    for (const [, from = ''] of code.matchAll(/\bfrom '([^']+)'/g)) {
      expect(from).toMatch(new RegExp(`^\\./[a-z-]+\\.js\\?v=${sum}$`))
      await walk(from.slice(2, from.indexOf('?')))
    }
  }
  for (const name of ['theme.js', 'copy.js', 'live.js', 'log.js']) await walk(name)
  expect(seen.size).toBeGreaterThan(20)
})

test('no path whatever reaches another file by way of the assets', async () => {
  const { port } = await busy()
  for (const name of [
    '..%2fshell.ts',
    '%2e%2e%2fshell.ts',
    'shell.ts',
    'tsconfig.json',
    '__proto__',
    'constructor',
    'toString',
    'style.css%00',
    '..%5cstyle.css',
    './style.css',
    'style.css/',
  ])
    expect([name, (await get(port, `/assets/${name}`)).status]).toEqual([name, 404])
})
