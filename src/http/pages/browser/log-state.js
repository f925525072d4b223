/** How the test stands, above its log and in the window's title, while it goes on. */

import { byId } from './log-parts.js'

/**
 * @param {{ name: string, file: string }} log
 * @param {string | null} word
 * @param {string} tone
 */
export function tellState({ name, file }, word, tone) {
  const state = byId('state')
  if (word === null || state.textContent === word) return
  state.textContent = word
  state.className = `state ${tone}`
  document.title = `${word} · ${name} · ${file} · Boardroom`
}

/** An infrastructure failure began it anew, and what happens now is in another log. @param {string} file */
export function tellLater(file) {
  const id = 'later'
  const known = document.getElementById(id)
  const link = known instanceof HTMLAnchorElement ? known : document.createElement('a')
  link.id = id
  link.href = `./${file}`
  link.textContent = `It was begun anew: ${file}`
  if (known === null) byId('size').after(link)
}

/** What it ended by and its cases are known now: they come with the page. */
export function tellEnded() {
  const again = document.createElement('button')
  again.type = 'button'
  again.textContent = 'It has ended: show how'
  again.addEventListener('click', () => location.reload())
  byId('state').after(again)
}
