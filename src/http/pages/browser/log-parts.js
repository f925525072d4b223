/** What the page's scripts put into it, and what it tells them. */

/**
 * @typedef {{ id: string, file: string, base: string, size: import('./log-lines.js').Size, isOver: boolean,
 *   timeZone: string, focus: number | null,
 *   marks: { from: number, to: number, kind: string, title: string }[] }} Facts
 */

/** @param {string} id */
export function byId(id) {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`there is no #${id}`)
  return found
}

/**
 * The list's place instead of the lines that came with the page.
 * @param {HTMLElement} page
 * @param {string} file
 */
export function createFrame(page, file) {
  const main = page.querySelector('.log-main')
  if (main === null) throw new Error('there is no place for lines')
  const view = made('div', 'log-view')
  view.tabIndex = 0
  view.setAttribute('role', 'region')
  view.ariaLabel = `Lines of ${file}`
  const canvas = document.createElement('canvas')
  canvas.className = 'log-map'
  canvas.title = 'The whole log: marks, hits, what is in sight'
  const hint = document.createElement('button')
  hint.type = 'button'
  hint.className = 'log-hint'
  hint.hidden = true
  const note = made('div', 'log-note')
  note.hidden = true
  const fault = made('div', 'log-fault')
  fault.setAttribute('role', 'alert')
  fault.hidden = true
  main.replaceChildren(view, canvas, hint, note, fault)
  return { view, canvas, hint, note, fault }
}

/**
 * @param {string} name
 * @param {string} look
 */
function made(name, look) {
  const element = document.createElement(name)
  element.className = look
  return element
}

/** @param {number} number */
export function numberWords(number) {
  return number.toLocaleString('en')
}

/** As the lab writes them: `1,204 lines · 18 kB`. @param {{ lines: number, bytes: number }} size */
export function sizeWords({ lines, bytes }) {
  let value = bytes
  let unit = 0
  const units = ['B', 'kB', 'MB', 'GB']
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000
    unit++
  }
  const shown = unit > 0 && value < 9.95 ? value.toFixed(1).replace(/\.0$/, '') : value.toFixed(0)
  return `${numberWords(lines)} ${lines === 1 ? 'line' : 'lines'} · ${shown} ${units[unit]}`
}
