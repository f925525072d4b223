/** What the lab tells of a log that grows, until all of it is there. */

import { listen } from './stream.js'

/** @typedef {import('./log-lines.js').Size & { word: string | null, tone: string, name: string, later: string | null, isOver: boolean }} News */

/**
 * @param {string} base
 * @param {(news: News) => void} onNews
 * @param {(isLost: boolean) => void} onLost
 */
export function followLog(base, onNews, onLost) {
  const end = listen(`${base}/events`, {
    onOpen: () => onLost(false),
    onLost: () => onLost(true),
    on: {
      log(data) {
        /** @type {News} */
        const news = JSON.parse(data)
        // The stream ends: a browser would open it again and again.
        if (news.isOver) end()
        onNews(news)
      },
    },
  })
}
