/** A thing that was measured, and the floor: the least that anybody could do for it, measured in the same minute. */
export type Figure = {
  what: string
  value: number
  unit: string
  /** What the floor is, and how much. */
  floor?: { what: string; value: number }
  /** What the papers ask for, as they say it. */
  goal?: string
  /** Other things worth saying: spread, number of samples. */
  note?: string
}

export function median(samples: readonly number[]): number {
  return percentile(samples, 50)
}

export function percentile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * share) / 100))] ?? Number.NaN
}

/** The median, with how far the worst tenth lies from it. */
export function spread(samples: readonly number[]): { value: number; note: string } {
  return { value: median(samples), note: `p90 ${round(percentile(samples, 90))}, ${samples.length} samples` }
}

export function print(title: string, figures: readonly Figure[]): void {
  process.stdout.write(`\n${title}\n${figures.map(lineOf).join('')}`)
}

const WHAT_WIDTH = 62
const VALUE_WIDTH = 14

function lineOf({ what, value, unit, floor, goal, note }: Figure): string {
  const times =
    floor === undefined ? '' : `${round(value / floor.value)} × ${round(floor.value)} ${unit} (${floor.what})`
  const rest = [times, goal === undefined ? '' : `goal: ${goal}`, note ?? ''].filter(part => part !== '')
  return `  ${what.padEnd(WHAT_WIDTH)}${`${round(value)} ${unit}`.padStart(VALUE_WIDTH)}   ${rest.join('; ')}\n`
}

/** Three figures are as many as any of these is worth. */
export function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toPrecision(2)
}
