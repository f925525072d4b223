import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { until } from '../until.ts'
import { withPage } from './browser.ts'
import { realSuite } from './fixtures/available.ts'

const NO_SCRIPT = "default-src 'none'; frame-ancestors 'none'"

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function servePage(body: string, headers: Record<string, string> = {}): Promise<string> {
  const html = `<!doctype html><meta charset="utf-8"><title>a page</title>${body}`
  return await serve((request, response) => {
    const isPage = request.url === '/'
    // A browser asks for an icon by itself, when it likes.
    const isKnown = isPage || request.url === '/favicon.ico'
    response.writeHead(isKnown ? 200 : 404, { 'Content-Type': 'text/html', ...headers })
    response.end(isPage ? html : '')
  })
}

/** Processes whose environment names the folder. */
async function processesOf(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter(name => /^[0-9]+$/.test(name))
  const read = pids.map(async pid => {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
    return environment.includes(folder) ? pid : ''
  })
  return (await Promise.all(read)).filter(pid => pid !== '')
}

realSuite('pages in Chromium', ['chromium'], () => {
  test('a page that is well has no faults, in the size, light and script that were asked for', async () => {
    const url = await servePage(
      '<p id="p">no script</p><script>p.textContent = [innerWidth, innerHeight, matchMedia("(prefers-color-scheme: dark)").matches]</script>',
    )
    const read = (look: Parameters<typeof withPage>[1]): Promise<unknown> =>
      withPage(async (page, seen) => {
        await page.goto(url)
        return [await page.textContent('#p'), seen.faults()]
      }, look)
    expect(await read({})).toEqual(['1280,800,false', []])
    expect(await read({ width: 375, height: 667, dark: true })).toEqual(['375,667,true', []])
    expect(await read({ javaScript: false })).toEqual(['no script', []])
  })

  test('console errors, breaches of the policy, dialogs and strangers are told, each for itself', async () => {
    const loud = await servePage(
      '<script>console.error("oh"); console.log("fine"); alert("boo"); throw new Error("thrown")</script>',
    )
    const strict = await servePage('<script>alert(1)</script><img src="/none">', {
      'Content-Security-Policy': NO_SCRIPT,
    })
    const other = await servePage('')
    const asks = await servePage(
      `<img src="/missing.png"><img src="${other}/pixel.png"><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">`,
    )
    await withPage(async (page, seen) => {
      await page.goto(loud)
      await until(() => seen.errors.length === 2, 'both errors are told')
      expect(seen.errors).toEqual(['oh', 'Error: thrown'])
      expect(seen.dialogs).toEqual(['alert: boo'])
      expect(seen.strangers).toEqual([])
    })
    await withPage(async (page, seen) => {
      await page.goto(strict)
      const breach = (what: string): boolean =>
        seen.errors.some(text => text.includes('Content Security Policy') && text.includes(what))
      await until(() => breach('inline script') && breach('/none'), 'both breaches are told')
      expect(seen.dialogs).toEqual([])
    })
    await withPage(async (page, seen) => {
      await page.goto(asks)
      expect(seen.strangers).toEqual([`GET ${other}/pixel.png`])
      const lost = `404 (Not Found) (${asks}/missing.png)`
      await until(() => seen.errors.some(text => text.includes(lost)), 'what is missing is told')
      expect(seen.faults()).toContain(seen.strangers[0])
    })
  })

  test('no name but this machine’s leads anywhere', async () => {
    const url = await servePage('')
    await withPage(async page => {
      await page.goto(url)
      await expect(page.goto('http://boardroom.example/')).rejects.toThrow('ERR_NAME_NOT_RESOLVED')
    })
  })

  test('whether it goes well or not, no process and no profile are left', async () => {
    const url = await servePage('')
    let folder = ''
    const failing = withPage(async page => {
      await page.goto(url)
      const running = await processesOf('boardroom-browser-')
      const environment = await readFile(`/proc/${running[0]}/environ`, 'utf8')
      folder = /HOME=(\S*?boardroom-browser-[^\0]*)/.exec(environment)?.[1] ?? ''
      expect(existsSync(folder)).toBe(true)
      throw new Error('the test failed')
    })
    await expect(failing).rejects.toThrow('the test failed')
    expect(folder).not.toBe('')
    expect(existsSync(folder)).toBe(false)
    await until(async () => (await processesOf(folder)).length === 0, 'all its processes are gone')
  })

  test('a page that stands still is ended at its deadline', async () => {
    const url = await serve(() => {})
    await expect(withPage(page => page.goto(url), { withinMs: 500 })).rejects.toThrow(
      'the page was not done within 500 ms',
    )
  })
})
