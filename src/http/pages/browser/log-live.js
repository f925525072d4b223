/** What the lab tells of a log that grows, until all of it is there. */

/** @typedef {import('./log-lines.js').Size & { word: string | null, tone: string, later: string | null, isOver: boolean }} News */

/**
 * @param {string} base
 * @param {(news: News) => void} onNews
 * @param {(isLost: boolean) => void} onLost
 */
export function followLog(base, onNews, onLost) {
  const source = new EventSource(`${base}/events`)
  source.addEventListener('log', event => {
    /** @type {News} */
    const news = JSON.parse(event.data)
    onLost(false)
    onNews(news)
    // The stream ends: a browser would open it again and again.
    if (news.isOver) source.close()
  })
  source.addEventListener('error', () => onLost(true))
  return source
}
