/** How the test stands, above its log and in the window's title, while it goes on. */

import { addressOf } from './address.js'
import { byId } from './log-parts.js'

/** @import { Facts } from './log-parts.js' */

/**
 * @param {string} file
 * @param {{ name: string, word: string | null, tone: string }} now
 */
export function tellState(file, { name, word, tone }) {
  const state = byId('state')
  const title = document.querySelector('.log-title h1 a')
  // It waited for any board of its family, and now has one.
  if (title !== null && title.textContent !== name) title.textContent = name
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

/**
 * What it ended by, its cases and its other logs are known now: they are taken out of the page as it is by now. Where
 * that cannot be had a button asks for all of it.
 * @returns {Promise<Facts | null>}
 */
export async function tellEnded() {
  try {
    const answer = await fetch(addressOf(location.pathname), { headers: { Accept: 'text/html' } })
    if (!answer.ok) throw new Error(`The lab answered ${answer.status}.`)
    const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
    take(page, '.tabs', '.log-bar')
    take(page, '#verdict', '.log-head')
    take(page, '#cases', '.log-body')
    return JSON.parse(page.getElementById('log')?.dataset['log'] ?? 'null')
  } catch {
    offer()
    return null
  }
}

/**
 * In the place of what is there, else at the end of `place`.
 * @param {Document} page
 * @param {string} what
 * @param {string} place
 */
function take(page, what, place) {
  const now = page.querySelector(what)
  if (now === null) return
  const before = document.querySelector(what)
  if (before === null) document.querySelector(place)?.append(now)
  else before.replaceWith(now)
}

function offer() {
  const again = document.createElement('button')
  again.type = 'button'
  again.textContent = 'It has ended: show how'
  again.addEventListener('click', () => location.reload())
  byId('state').after(again)
}
