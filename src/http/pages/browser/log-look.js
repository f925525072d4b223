/** How a reader likes logs to look, remembered where the browser lets it be. */

import { TIME_MODES } from './log-time.js'

/** @import { TimeMode } from './log-time.js' */

/**
 * @param {string} name
 * @returns {string | null}
 */
function kept(name) {
  try {
    return localStorage.getItem(`boardroom.${name}`)
  } catch {
    return null
  }
}

/**
 * @param {string} name
 * @param {string} value
 */
function keep(name, value) {
  try {
    localStorage.setItem(`boardroom.${name}`, value)
  } catch {
    // A private window: it is as it is until it is closed.
  }
}

/** @returns {{ time: TimeMode, wrap: boolean }} */
export function likes() {
  const time = TIME_MODES.find(mode => mode === kept('time')) ?? 'clock'
  return { time, wrap: kept('wrap') === 'yes' }
}

/** @param {{ time: TimeMode, wrap: boolean }} like */
export function keepLikes({ time, wrap }) {
  keep('time', time)
  keep('wrap', wrap ? 'yes' : 'no')
}
