/** Lines of the log as they are fetched and kept: a bounded number of parts around what is looked at. */

/** @typedef {{ t: number, s: string | [string, string][], more?: number }} Line */
/** @typedef {{ lines: number, whole: number, bytes: number, grows: boolean }} Size */

export const PART = 500
const MOST_PARTS = 40
const MOST_AT_ONCE = 2
const AGAIN_MS = 1_000

/**
 * `onCome` is called when lines have come, `onFail` with words when they could not be had and null when they can again.
 * @param {{ base: string, size: Size, onCome: () => void, onFail: (words: string | null) => void }} options
 */
export function createLines({ base, size: begin, onCome, onFail }) {
  /** Of a part, in the order of use: its lines, and how many of them never change any more. @type {Map<number, { lines: Line[], sure: number, seen: number }>} */
  const parts = new Map()
  /** @type {Map<number, AbortController>} */
  const asked = new Map()
  let size = begin
  /** @type {[number, number]} */
  let wanted = [1, 1]
  let rest = 0
  /** Retention took it while it was read. */
  let isGone = false

  /** @param {number} part */
  function isMissing(part) {
    const expected = Math.min(PART, size.lines - part * PART)
    if (expected <= 0) return false
    const known = parts.get(part)
    if (known === undefined || known.lines.length < expected) return true
    // The line at the end goes on.
    return known.sure < expected && known.seen < size.bytes
  }

  function fetchMissing() {
    const [from, to] = wanted
    const first = Math.floor((Math.max(1, from) - 1) / PART)
    const last = Math.floor((Math.max(from, Math.min(to, size.lines)) - 1) / PART)
    for (const [part, abort] of asked) if (part < first - 1 || part > last + 1) abort.abort()
    if (performance.now() < rest) return
    // What is in sight first, then what is next to it.
    const near = [...range(first, last), last + 1, first - 1].filter(part => part >= 0)
    for (const part of near) {
      if (asked.size >= MOST_AT_ONCE) return
      if (!asked.has(part) && isMissing(part)) void ask(part)
    }
  }

  /** @param {number} part */
  async function ask(part) {
    const abort = new AbortController()
    asked.set(part, abort)
    const sure = parts.get(part)?.sure ?? 0
    try {
      const got = await load(part * PART + 1 + sure, PART - sure, abort.signal)
      const lines = [...(parts.get(part)?.lines.slice(0, sure) ?? []), ...got.shown]
      parts.delete(part)
      const isSure = Math.max(0, Math.min(lines.length, got.whole - part * PART))
      parts.set(part, { lines, sure: isSure, seen: got.bytes })
      for (const oldest of parts.keys()) if (parts.size > MOST_PARTS) parts.delete(oldest)
      onFail(null)
      onCome()
    } catch (error) {
      if (!abort.signal.aborted) failed(error)
    } finally {
      asked.delete(part)
      fetchMissing()
    }
  }

  /** @param {unknown} error */
  function failed(error) {
    if (isGone) {
      rest = Number.POSITIVE_INFINITY
      return onFail('This log is no longer kept.')
    }
    rest = performance.now() + AGAIN_MS
    setTimeout(fetchMissing, AGAIN_MS + 1)
    onFail(`Lines could not be had: ${error instanceof Error ? error.message : String(error)} Trying again…`)
  }

  /**
   * @param {number} from
   * @param {number} count
   * @param {AbortSignal} [signal]
   * @returns {Promise<Size & { from: number, shown: Line[] }>}
   */
  async function load(from, count, signal) {
    const answer = await fetch(
      `${base}/lines?from=${from}&count=${count}`,
      signal === undefined ? {} : { signal },
    )
    isGone = answer.status === 404
    if (!answer.ok) throw new Error(`The lab answered ${answer.status}.`)
    return await answer.json()
  }

  return {
    /**
     * The line of that number; null where it is not here yet.
     * @param {number} number
     */
    get(number) {
      return parts.get(Math.floor((number - 1) / PART))?.lines[(number - 1) % PART] ?? null
    },
    /**
     * Those from `from` to `to` are looked at now.
     * @param {number} from
     * @param {number} to
     */
    want(from, to) {
      wanted = [from, to]
      for (const part of range(Math.floor((from - 1) / PART), Math.floor((to - 1) / PART))) {
        const known = parts.get(part)
        if (known === undefined) continue
        parts.delete(part)
        parts.set(part, known)
      }
      fetchMissing()
    },
    /** @param {Size} now */
    grow(now) {
      size = now
      fetchMissing()
    },
    load,
    get size() {
      return size
    },
  }
}

/**
 * @param {number} from
 * @param {number} to
 */
function range(from, to) {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at)
}
