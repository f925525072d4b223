import type { Page } from 'playwright-core'

/** What the next page that is opened has to do, counted until it is left. */
export async function watchLoad(page: Page): Promise<void> {
  await page.addInitScript(`
    globalThis.longest = 0
    globalThis.mostRows = 0
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) globalThis.longest = Math.max(globalThis.longest, entry.duration)
    }).observe({ type: 'longtask', buffered: true })
    new MutationObserver(() => {
      globalThis.mostRows = Math.max(globalThis.mostRows, document.querySelectorAll('.row').length)
    }).observe(document, { childList: true, subtree: true })`)
}

/** Its longest task in ms, 0 for under 50 (Long Tasks API), and the most rows of a log that stood in it at once. */
export async function loadOf(page: Page): Promise<{ longestMs: number; mostRows: number }> {
  const [longest, mostRows] = await page.evaluate<[number, number]>(
    '[globalThis.longest, globalThis.mostRows]',
  )
  return { longestMs: Math.round(longest), mostRows }
}

export function taskWords(longestMs: number): string {
  return `longest task ${longestMs === 0 ? 'under 50' : longestMs} ms`
}
