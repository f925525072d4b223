import type { TapLine } from './tap-line.ts'
import type { Place } from './types.ts'

export type Held = { line: TapLine; place: Place }

/** Lines that look like results, until a plan behind them says that they are. */
export type HeldLines = {
  push(line: TapLine, place: Place): void
  isEmpty(): boolean
  /** All of them, where this plan is the one at their end; else they are dropped. */
  take(plan: TapLine & { kind: 'plan' }, place: Place): Held[] | null
  /** There will be no plan. */
  drop(): void
}

/** As many as a plan at the end of them is waited for. */
const MOST_HELD = 10_000
/** A plan so many lines behind the last result is not theirs. */
const FARTHEST = 100

export function createHeldLines(note: (text: string) => void): HeldLines {
  let held: Held[] = []
  let more = 0
  /** The last number of the outermost results. */
  let last = 0

  const clear = (): void => {
    held = []
    more = 0
    last = 0
  }

  const drop = (): void => {
    const [first] = held
    const lines = held.filter(({ line }) => line.kind === 'result').length + more
    clear()
    if (first === undefined || lines === 0) return
    const looks = lines === 1 ? '1 line looks' : `${lines} lines look`
    note(
      `${looks} like TAP, from line ${first.place.from} on, with neither a version line nor a plan: not counted`,
    )
  }

  return {
    push(line, place) {
      const begins = line.kind === 'result' ? line.number === 1 : line.kind === 'name' && !line.isProgram
      if (held.length === 0 && (!begins || line.at > LARGEST_INDENT)) return
      if (line.kind === 'result' && line.at === 0) last = line.number ?? last + 1
      if (held.length < MOST_HELD) held.push({ line, place })
      else more += 1
    },
    isEmpty: () => held.length === 0,
    take(plan, place) {
      const to = held.at(-1)?.place.to ?? 0
      const isTheirs = plan.count === last || plan.count === last + 1
      if (!isTheirs || last === 0 || more > 0 || place.from - to > FARTHEST) {
        drop()
        return null
      }
      const taken = held
      clear()
      return taken
    },
    drop,
  }
}

/** Of a subtest that comes before any result of its own list. */
const LARGEST_INDENT = 8
