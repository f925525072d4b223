/** The lines that are chosen, in the address and in a note with what can be done with them. */

import { copyText, hashOf, rangeOf } from './log-range.js'

/** @import { Range } from './log-range.js' */

const MOST_COPIED = 50_000
const MOST_A_TIME = 2_000
const SAID_MS = 1_500

/**
 * @param {{ note: HTMLElement, load: (from: number, count: number) => Promise<string[]>, onChange: () => void,
 *   go: (line: number) => void }} options
 */
export function createChoice({ note, load, onChange, go }) {
  /** @type {Range | null} */
  let chosen = rangeOf(location.hash)

  const words = document.createElement('span')
  const text = button('Copy text', () => void copy(text, ofLines))
  const link = button('Copy link', () => void copy(link, async () => location.href))
  const close = button('×', () => choose(null))
  close.ariaLabel = 'Choose nothing'
  note.append(words, text, link, close)

  /** @param {Range | null} range */
  function choose(range) {
    chosen = range
    const { pathname, search } = location
    history.replaceState(null, '', `${pathname}${search}${range === null ? '' : hashOf(range)}`)
    tell()
  }

  function tell() {
    note.hidden = chosen === null
    if (chosen !== null) {
      const { from, to } = chosen
      words.textContent = from === to ? `Line ${from}` : `Lines ${from}–${to}`
    }
    onChange()
  }

  async function ofLines() {
    if (chosen === null) return ''
    const { from } = chosen
    const to = Math.min(chosen.to, from + MOST_COPIED - 1)
    /** @type {string[]} */
    const lines = []
    while (from + lines.length <= to) {
      const got = await load(from + lines.length, Math.min(MOST_A_TIME, to - from - lines.length + 1))
      if (got.length === 0) break
      lines.push(...got)
    }
    return lines.join('\n')
  }

  /**
   * @param {HTMLButtonElement} pressed
   * @param {() => Promise<string>} what
   */
  async function copy(pressed, what) {
    const label = pressed.textContent
    const isDone = await what().then(copyText, () => false)
    pressed.textContent = isDone ? 'Copied' : 'Not copied'
    setTimeout(() => {
      pressed.textContent = label
    }, SAID_MS)
  }

  addEventListener('hashchange', () => {
    chosen = rangeOf(location.hash)
    tell()
    if (chosen !== null) go(chosen.from)
  })
  tell()

  return {
    /**
     * @param {number} line
     * @param {boolean} isLonger
     */
    pick(line, isLonger) {
      if (!isLonger || chosen === null) choose({ from: line, to: line })
      else choose({ from: Math.min(chosen.from, line), to: line < chosen.from ? chosen.to : line })
    },
    none: () => choose(null),
    copy: () => (chosen === null ? undefined : copy(text, ofLines)),
    get range() {
      return chosen
    },
  }
}

/**
 * @param {string} words
 * @param {() => void} onClick
 */
function button(words, onClick) {
  const made = document.createElement('button')
  made.type = 'button'
  made.textContent = words
  made.addEventListener('click', onClick)
  return made
}
