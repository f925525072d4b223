import type { BoardEvent } from './types.ts'

type WithoutTime<E> = E extends unknown ? Omit<E, 't'> : never
export type BoardNews = WithoutTime<BoardEvent>

/** What the board lived through, bursts of typing taken together. */
export type BoardRecord = {
  readonly events: readonly BoardEvent[]
  add(news: BoardNews): void
  typed(bytes: Uint8Array): void
  close(): void
}

/** A pause as long as this begins a new burst. */
const BURST_MS = 20
const TEXT_BYTES = 200
/** A board that runs for days keeps its latest. */
const MOST_EVENTS = 20_000

/** With parts of a millisecond, as what is measured by it takes few of them. */
function wallTime(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000) / 1000
}

type Burst = Extract<BoardEvent, { kind: 'typed' }>

export function createRecord(onEvent: (event: BoardEvent) => void): BoardRecord {
  const events: BoardEvent[] = []
  let burst: Burst | null = null
  let timer: NodeJS.Timeout | undefined

  const push = (event: BoardEvent): void => {
    events.push(event)
    if (events.length > MOST_EVENTS) events.splice(0, MOST_EVENTS / 10)
  }

  const finish = (): void => {
    clearTimeout(timer)
    if (burst !== null) onEvent(burst)
    burst = null
  }

  return {
    events,
    add(news) {
      finish()
      const event = { t: wallTime(), ...news }
      push(event)
      onEvent(event)
    },
    typed(bytes) {
      const now = wallTime()
      if (burst === null) {
        burst = { t: now, kind: 'typed', count: 0, text: '', until: now }
        push(burst)
        timer = setTimeout(finish, BURST_MS)
      }
      burst.until = now
      burst.count += bytes.length
      if (burst.text.length < TEXT_BYTES)
        burst.text += Buffer.from(bytes).toString('latin1', 0, TEXT_BYTES - burst.text.length)
      timer?.refresh()
    },
    close: finish,
  }
}
