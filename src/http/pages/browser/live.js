/** Keeps a page as the lab is: sections that changed come as events and are put in the place of those shown. */

import { morph } from './morph.js'

const AGAIN_MS = 5_000
const NAME = ' · Boardroom'

const sign = document.getElementById('live')
const address = sign?.dataset['live']
if (sign !== null && address !== undefined) follow(sign, new URL(address, document.baseURI))

/**
 * @param {HTMLElement} sign where it says whether the page is live
 * @param {URL} url
 */
function follow(sign, url) {
  /** @type {EventSource | null} */
  let source = null
  let isOver = false
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let again

  /** @param {'live' | 'lost' | 'over' | ''} state @param {string} words */
  const say = (state, words) => {
    // Said once, not at each failed attempt: it is read aloud.
    if (sign.dataset['state'] === state) return
    sign.dataset['state'] = state
    sign.textContent = words
  }
  const close = () => {
    clearTimeout(again)
    source?.close()
    source = null
  }
  const open = () => {
    if (isOver || source !== null) return
    const here = new EventSource(url)
    source = here
    here.addEventListener('open', () => say('live', 'live'))
    here.addEventListener('page', event => {
      const { title, final, sections } = JSON.parse(event.data)
      document.title = title + NAME
      for (const [id, html] of Object.entries(sections)) {
        const shown = document.getElementById(id)
        if (shown !== null) morph(shown, html)
      }
      if (final) over()
    })
    here.addEventListener('over', over)
    here.addEventListener('error', () => {
      const time = new Date().toLocaleTimeString([], { hourCycle: 'h23' })
      say('lost', `no connection since ${time}; trying again`)
      // A refusal is not tried again by itself.
      if (here.readyState !== EventSource.CLOSED || source !== here) return
      close()
      again = setTimeout(open, AGAIN_MS)
    })
  }
  const over = () => {
    isOver = true
    close()
    say('over', '')
  }

  // A browser opens six connections to a server, and a page that nobody sees needs none of them.
  document.addEventListener('visibilitychange', () => (document.hidden ? close() : open()))
  addEventListener('pagehide', close)
  addEventListener('pageshow', open)
  if (!document.hidden) open()
}
