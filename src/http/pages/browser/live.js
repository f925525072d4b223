/** Keeps a page as the lab is: sections that changed come as events and are put in the place of those shown. */

import { addressOf } from './address.js'
import { morph } from './morph.js'
import { listen } from './stream.js'

const NAME = ' · Boardroom'

const sign = document.getElementById('live')
const address = sign?.dataset['live']
if (sign !== null && address !== undefined) follow(sign, addressOf(address))

/**
 * @param {HTMLElement} sign where it says whether the page is live
 * @param {string} url
 */
function follow(sign, url) {
  const end = listen(url, {
    onOpen: () => say('live', 'live'),
    onLost() {
      const time = new Date().toLocaleTimeString([], { hourCycle: 'h23' })
      say('lost', `no connection since ${time}; trying again`)
    },
    on: {
      page(data) {
        const { title, final, sections } = JSON.parse(data)
        document.title = title + NAME
        for (const [id, html] of Object.entries(sections)) {
          const shown = document.getElementById(id)
          if (shown !== null) morph(shown, html)
        }
        if (final) over()
      },
      over,
    },
  })

  function over() {
    end()
    say('over', '')
  }

  /** @param {'live' | 'lost' | 'over'} state @param {string} words */
  function say(state, words) {
    // Said once, not at each failed attempt: it is read aloud.
    if (sign.dataset['state'] === state) return
    sign.dataset['state'] = state
    sign.textContent = words
  }
}
