/** Words looked for in the whole log, by the lab: numbers of lines, and which of them one stands at. */

const TYPED_MS = 250
const AGAIN_MS = 1_000
const MOST = 50_000

/**
 * `onChange` is called whenever hits or the place among them changed; `go` brings a line into sight.
 * @param {{ base: string, form: HTMLFormElement, input: HTMLInputElement, told: HTMLElement,
 *   sight: () => number, whole: () => number, go: (line: number) => void, onChange: () => void }} options
 */
export function createSearch({ base, form, input, told, sight, whole, go, onChange }) {
  /** @type {number[]} */
  let hits = []
  /** @type {Set<number>} */
  let known = new Set()
  let total = 0
  /** Place among the hits, from 0. */
  let at = -1
  let words = ''
  let isWhole = true
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let again
  /** The last line that was looked through and cannot change any more. */
  let seenTo = 0
  let abort = new AbortController()
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer

  function tell() {
    const number = new Intl.NumberFormat('en')
    const count = `${number.format(total)}${isWhole ? '' : '…'}`
    if (words === '') told.textContent = ''
    else if (total === 0) told.textContent = isWhole ? 'no hits' : 'looking…'
    else told.textContent = `${at < 0 ? '–' : number.format(at + 1)} of ${count}`
    form.classList.toggle('is-empty', words !== '' && total === 0 && isWhole)
    onChange()
  }

  /** @param {boolean} isMoving */
  async function start(isMoving) {
    abort.abort()
    abort = new AbortController()
    words = input.value
    hits = []
    known = new Set()
    total = 0
    at = -1
    if (words === '') {
      isWhole = true
      return tell()
    }
    await look(1, isMoving)
  }

  /**
   * @param {number} begin
   * @param {boolean} isMoving
   */
  async function look(begin, isMoving) {
    const { signal } = abort
    const last = whole()
    isWhole = false
    tell()
    try {
      /** @type {number | null} */
      let from = begin
      while (from !== null) {
        const answer = await fetch(`${base}/find?q=${encodeURIComponent(words)}&from=${from}`, { signal })
        if (answer.status === 503) {
          await pause()
          if (signal.aborted) return
          continue
        }
        if (!answer.ok) throw new Error(`The lab answered ${answer.status}.`)
        /** @type {{ hits: number[], total: number, next: number | null }} */
        const found = await answer.json()
        const fresh = found.hits.filter(line => !known.has(line))
        if (hits.length < MOST) hits.push(...fresh)
        for (const line of fresh) known.add(line)
        // A line that was unfinished may be found again.
        total += found.total - (found.hits.length - fresh.length)
        from = found.next
        isWhole = from === null
        if (isWhole) seenTo = last
        if (isMoving && at < 0 && hits.length > 0) moveTo(nearest())
        else tell()
      }
    } catch (error) {
      if (signal.aborted) return
      isWhole = true
      told.textContent = error instanceof Error ? error.message : String(error)
    }
  }

  /** The first hit from what is in sight on. */
  function nearest() {
    const line = sight()
    const found = hits.findIndex(hit => hit >= line)
    return found === -1 ? 0 : found
  }

  /** @param {number} place */
  function moveTo(place) {
    at = (place + hits.length) % hits.length
    const line = hits[at]
    tell()
    if (line !== undefined) go(line)
  }

  /** @param {1 | -1} step */
  function step(step) {
    if (hits.length === 0) return
    moveTo(at < 0 ? nearest() : at + step)
  }

  /** The log has more lines now: those are looked through, too. */
  function grow() {
    if (words === '' || !isWhole || whole() === seenTo || again !== undefined) return
    again = setTimeout(() => {
      again = undefined
      if (words !== '' && isWhole && whole() !== seenTo) void look(seenTo + 1, false)
    }, AGAIN_MS)
  }

  form.addEventListener('submit', event => {
    event.preventDefault()
    clearTimeout(timer)
    if (input.value === words && hits.length > 0) step(1)
    else void start(true)
  })
  input.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(() => void start(input.value.length > 1), TYPED_MS)
  })

  return {
    step,
    /** @param {string} text */
    look(text) {
      input.value = text
      void start(true)
    },
    grow,
    clear() {
      input.value = ''
      void start(false)
    },
    /** @param {number} line */
    isHit: line => known.has(line),
    get hits() {
      return hits
    },
    get words() {
      return words
    },
    get line() {
      return hits[at] ?? null
    },
  }
}

/** Others search just now. */
function pause() {
  return new Promise(resolve => setTimeout(resolve, AGAIN_MS))
}
