/** When a line came: by the clock of the lab, or since the first line. */

/** @typedef {'clock' | 'start' | 'none'} TimeMode */

/** @type {readonly TimeMode[]} */
export const TIME_MODES = ['clock', 'start', 'none']

/**
 * @param {string} timeZone
 */
export function createTimes(timeZone) {
  const clock = formatter(timeZone, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  const whole = formatter(timeZone, { dateStyle: 'medium', timeStyle: 'long' })
  /** Most lines come in the same second as the one before. @type {[number, string]} */
  let last = [-1, '']

  /** @param {number} t */
  function clockWords(t) {
    const second = Math.floor(t / 1_000)
    if (last[0] !== second) last = [second, clock.format(t)]
    return last[1]
  }

  return {
    /**
     * @param {number} t
     * @param {TimeMode} mode
     * @param {number | null} start
     */
    words(t, mode, start) {
      if (mode === 'none') return ''
      return mode === 'start' && start !== null ? since(t - start) : clockWords(t)
    },
    /** @param {number} t */
    hint: t => whole.format(t),
  }
}

/**
 * @param {string} timeZone
 * @param {Intl.DateTimeFormatOptions} options
 */
function formatter(timeZone, options) {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone, ...options })
  } catch {
    // A zone that this browser does not know.
    return new Intl.DateTimeFormat('en-GB', options)
  }
}

/** `1:02:03.456`. @param {number} ms */
function since(ms) {
  const s = Math.max(0, ms) / 1_000
  const pair = (/** @type {number} */ value) => String(Math.floor(value)).padStart(2, '0')
  const seconds = (s % 60).toFixed(3).padStart(6, '0')
  const hours = Math.floor(s / 3_600)
  return `${hours > 0 ? `${hours}:` : ''}${pair((s / 60) % 60)}:${seconds}`
}
