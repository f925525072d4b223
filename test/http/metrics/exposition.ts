/** Reads the text format of Prometheus, version 0.0.4 ("Exposition formats", text-based format), and takes no liberties. */

export type Family = {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram'
  samples: readonly Sample[]
}
export type Sample = { name: string; labels: Readonly<Record<string, string>>; value: number }

type Growing = Omit<Family, 'samples'> & { samples: Sample[] }

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LABEL = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\\\|\\"|\\n)*)"(,|$)/
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/s
const TYPES = ['counter', 'gauge', 'histogram'] as const

/** Throws with the line that is wrong. */
export function parseExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end')
  const families = new Map<string, Growing>()
  const known = new Set<string>()
  let current: Growing | null = null
  for (const line of text.split('\n').filter(each => each !== '')) {
    const wrong = (what: string): Error => new Error(`${what}: ${line}`)
    if (line.startsWith('# HELP ')) {
      const [, name = '', help = ''] = /^# HELP (\S+) (.+)$/s.exec(line) ?? []
      if (!NAME.test(name) || families.has(name)) throw wrong('no name, or one that was there')
      current = { name, help, type: 'gauge', samples: [] }
      families.set(name, current)
    } else if (line.startsWith('# TYPE ')) {
      const [, name, word] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? []
      const type = TYPES.find(each => each === word)
      if (current === null || name !== current.name || type === undefined || current.samples.length > 0)
        throw wrong('a type where none belongs')
      current.type = type
    } else {
      const sample = readSample(line)
      if (current === null || !belongs(sample.name, current)) throw wrong('a sample of no family')
      const key = keyOf(sample)
      if (known.has(key)) throw wrong('the same series twice')
      known.add(key)
      current.samples.push(sample)
    }
  }
  for (const family of families.values()) check(family)
  return families
}

export function keyOf({ name, labels }: Sample): string {
  const words = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`)
  return `${name}{${words.sort().join(',')}}`
}

/** The one sample of these labels. Throws when there is none. */
export function reading(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const wanted = keyOf({ name, labels, value: 0 })
  const family = families.get(name) ?? families.get(name.replace(/_(bucket|sum|count)$/, ''))
  const sample = family?.samples.find(each => keyOf(each) === wanted)
  if (sample === undefined) throw new Error(`there is no ${wanted}`)
  return sample.value
}

function readSample(line: string): Sample {
  const [, name = '', inner = '', number = ''] = SAMPLE.exec(line) ?? []
  if (name === '') throw new Error(`no sample: ${line}`)
  const labels: Record<string, string> = {}
  let rest = inner
  while (rest !== '') {
    const [whole, label = '', raw = ''] = LABEL.exec(rest) ?? []
    if (whole === undefined || Object.hasOwn(labels, label)) throw new Error(`labels cannot be read: ${line}`)
    labels[label] = raw.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped))
    rest = rest.slice(whole.length)
  }
  const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number)
  if (number === '' || Number.isNaN(value)) throw new Error(`no number: ${line}`)
  return { name, labels, value }
}

function belongs(sample: string, { name, type }: Growing): boolean {
  if (type !== 'histogram') return sample === name
  return ['_bucket', '_sum', '_count'].some(end => sample === `${name}${end}`)
}

function check(family: Growing): void {
  const { name, type, samples } = family
  if ((type === 'counter') !== name.endsWith('_total'))
    throw new Error(`${name} is a ${type} by its type only`)
  if (type !== 'gauge' && samples.some(({ value }) => value < 0)) throw new Error(`${name} is below 0`)
  if (type === 'histogram') checkBuckets(name, samples)
}

/** Buckets hold those before them, and the last all. */
function checkBuckets(name: string, samples: readonly Sample[]): void {
  const rows = new Map<string, { le: number; value: number }[]>()
  for (const { name: own, labels, value } of samples) {
    if (own !== `${name}_bucket`) continue
    const { le = '', ...rest } = labels
    const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le)
    const key = keyOf({ name: `${name}_count`, labels: rest, value })
    rows.set(key, [...(rows.get(key) ?? []), { le: bound, value }])
  }
  for (const [key, row] of rows) {
    const isInOrder = row.every(({ le, value }, at) => {
      const before = row[at - 1]
      return before === undefined || (le > before.le && value >= before.value)
    })
    const count = samples.find(sample => keyOf(sample) === key)?.value
    const last = row.at(-1)
    if (!isInOrder || last?.le !== Number.POSITIVE_INFINITY || last.value !== count)
      throw new Error(`the buckets of ${key} do not add up`)
  }
}
