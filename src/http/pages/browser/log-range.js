/** Lines that an address names: `#L412`, `#L412-L420`; chosen by a click on their numbers, and copied. */

/** @typedef {{ from: number, to: number }} Range */

/**
 * @param {string} hash
 * @returns {Range | null}
 */
export function rangeOf(hash) {
  const found = /^#L(\d{1,15})(?:-L?(\d{1,15}))?$/.exec(hash)
  if (found === null) return null
  const [a, b] = [Number(found[1]), Number(found[2] ?? found[1])]
  return a < 1 || b < 1 ? null : { from: Math.min(a, b), to: Math.max(a, b) }
}

/** @param {Range} range */
export function hashOf({ from, to }) {
  return from === to ? `#L${from}` : `#L${from}-L${to}`
}

/**
 * Where pages come over plain HTTP there is no clipboard to write to, but what is selected can be copied.
 * @param {string} text
 */
export async function copyText(text) {
  if ('clipboard' in navigator) {
    const isDone = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    )
    if (isDone) return true
  }
  const field = document.createElement('textarea')
  field.value = text
  field.className = 'offside'
  document.body.append(field)
  field.select()
  const isDone = document.execCommand('copy')
  field.remove()
  return isDone
}
