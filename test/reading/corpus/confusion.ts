import type { Reading } from '../../../src/reading/log-reader.ts'
import { FINDING_KINDS } from '../../../src/reading/types.ts'
import { readText } from '../read-text.ts'
import { FAILURES } from './failures.ts'
import { ARCHS } from './kernels.ts'
import { LOOK_ALIKES } from './look-alikes.ts'

const NOTHING = 'nothing'
const COLUMNS = [
  'panic',
  'oops',
  'bug',
  'warning',
  'lockup',
  'out of memory',
  'reset',
  'power',
  'boot',
  NOTHING,
]

/** What the corpus holds: samples by kind and architecture. */
export function sampleTable(): string {
  const columns = [...ARCHS, 'any'] as const
  const rows = FINDING_KINDS.map(kind => {
    const samples = FAILURES.filter(sample => sample.kind === kind)
    return [kind, ...columns.map(arch => count(samples.filter(sample => sample.arch === arch).length))]
  })
  return table(['kind', ...columns], rows)
}

/** What is there, down; what it is read as, across. */
export function confusionTable(): string {
  const counts = new Map<string, number>()
  const add = (is: string, readAs: string): void =>
    void counts.set(`${is} ${readAs}`, (counts.get(`${is} ${readAs}`) ?? 0) + 1)
  for (const { text, title } of FAILURES) add(causeOf(title), readAs(readText(text)))
  for (const { text } of LOOK_ALIKES) add(NOTHING, readAs(readText(text)))
  const rows = COLUMNS.map(is => [is, ...COLUMNS.map(as => count(counts.get(`${is} ${as}`) ?? 0))])
  return table(['is, read as', ...COLUMNS], rows)
}

/** By its title, which the sample says itself: how it is read has no part in it. */
function causeOf(title: string): string {
  if (title.startsWith('reset: ')) return title.endsWith('(POR)') ? 'power' : 'reset'
  const start = [
    ['kernel panic', 'panic'],
    ['oops', 'oops'],
    ['stack overflow', 'oops'],
    ['kernel BUG', 'bug'],
    ['warning', 'warning'],
    ['UBSAN', 'warning'],
    ['out of memory', 'out of memory'],
    ['boot loader', 'boot'],
  ].find(([words = '']) => title.startsWith(words))
  return start?.[1] ?? 'lockup'
}

function readAs({ verdict, events }: Reading): string {
  return verdict?.cause ?? events[0]?.cause ?? NOTHING
}

function count(number: number): string {
  return number === 0 ? '' : String(number)
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
