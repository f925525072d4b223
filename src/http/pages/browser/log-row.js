/** A row of the log: its number, when it came, its text in its colours. Nothing of it is ever read as mark-up. */

/** @import { Line } from './log-lines.js' */

/**
 * @param {number} number
 * @param {Line | null} line
 * @param {{ time: string, hint: string, look: string, title: string }} how
 */
export function makeRow(number, line, { time, hint, look, title }) {
  const row = document.createElement('div')
  row.className = `row ${look}`.trim()
  if (title !== '') row.title = title
  const link = document.createElement('a')
  link.className = 'num'
  link.href = `#L${number}`
  link.textContent = String(number)
  link.tabIndex = -1
  const came = document.createElement('time')
  came.textContent = time
  if (hint !== '') came.title = hint
  const text = document.createElement('span')
  text.className = 'text'
  if (line === null) row.classList.add('waits')
  else fill(text, line)
  row.append(link, came, text)
  return row
}

/**
 * @param {HTMLElement} place
 * @param {Line} line
 */
function fill(place, { s, more }) {
  if (typeof s === 'string') place.append(s)
  else {
    for (const [text, look] of s) {
      if (look === '') {
        place.append(text)
        continue
      }
      const span = document.createElement('span')
      span.className = look
      span.textContent = text
      place.append(span)
    }
  }
  if (more === undefined) return
  const left = document.createElement('em')
  left.className = 'more'
  left.textContent = `… ${more.toLocaleString('en')} bytes more in this line`
  place.append(left)
}

/** @param {Line} line */
export function textOf({ s }) {
  return typeof s === 'string' ? s : s.map(([text]) => text).join('')
}
