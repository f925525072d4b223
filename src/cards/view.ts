/** The neutral view model: what people see, before any platform draws it (chat-platforms.md 5.2). */

import type { Millis } from '../clock.ts'

export type Tone = 'ok' | 'warn' | 'bad' | 'run' | 'idle'

/** Text from people and boards is only ever a `plain` run, so it can make no mention, link or button (P28). */
export type Run =
  | { r: 'plain'; text: string }
  | { r: 'bold'; text: string }
  | { r: 'code'; text: string }
  | { r: 'link'; text: string; url: string }
  | { r: 'user'; id: string; name: string }
  | { r: 'time'; at: Millis; form: 'clock' | 'date' | 'relative' }

export type Column = {
  title: string
  align?: 'left' | 'right'
  /** The last to be cut where there is no room. */
  keep?: true
}
export type Cell = readonly Run[]

export type Action = {
  id: string
  label: string
  /** The very command line that the button runs. */
  line: string
  /** What it was drawn from: a click on an old card is answered honestly and never acts twice. */
  expect?: { topic: string; rev: number }
  style?: 'primary' | 'danger'
  confirm?: { title: string; text: string; ok: string }
}

export type Field = {
  name: string
  label: string
  kind: 'text' | 'number' | 'select' | 'file' | 'switch' | 'lines'
  required: boolean
  hint?: string
  /** How it is written: `30m`. */
  example?: string
  initial?: string
  options?: readonly Option[]
  /** Name of a lookup for options that depend on what is typed. */
  lookup?: string
}
export type Option = { value: string; label: string; note?: string }

/** A few numbers to be seen at a glance: at most six series of at most twenty points; of a pie the first is shown. */
export type Chart = {
  t: 'chart'
  type: 'line' | 'bar' | 'pie'
  title: string
  series: readonly { name: string; points: readonly (readonly [label: string, value: number])[] }[]
  unit?: string
}

export type Part =
  | { t: 'text'; runs: readonly Run[] }
  | { t: 'fields'; items: readonly { name: string; value: readonly Run[]; short?: boolean }[] }
  | {
      t: 'table'
      columns: readonly Column[]
      rows: readonly (readonly Cell[])[]
      caption?: string
      more?: Action
    }
  | { t: 'progress'; done: number; total: number; label: string }
  | {
      t: 'steps'
      items: readonly { title: string; state: 'todo' | 'run' | 'ok' | 'fail' | 'skip'; note?: string }[]
    }
  | { t: 'log'; lines: readonly string[]; total: number; link?: { text: string; url: string } }
  | Chart
  | { t: 'actions'; items: readonly Action[] }
  | { t: 'form'; fields: readonly Field[]; submit: Action }
  /** Words to look for: what is typed there is the rest of the command line. */
  | { t: 'search'; line: string; label: string; hint: string }
  | { t: 'note'; runs: readonly Run[] }
  | { t: 'divider' }
  | { t: 'fold'; title: string; parts: readonly Part[] }

export type View = {
  kind: 'message' | 'form' | 'home'
  /** What it shows: `run/T12`, `queue`; a live card is a view with a topic. */
  topic: string
  /** Journal number of the last transition of what it shows. */
  rev: number
  tone: Tone
  title: readonly Run[]
  /** Beside the title: who, priority, how long. */
  aside?: readonly Run[]
  /** What it shows has come to its end: a live card of it needs no more watching. */
  final?: true
  /** Plain text that alone lets the reader act; always sent. */
  summary: string
  /** The same with people as people, for platforms that can name them in plain text. */
  summaryRuns?: readonly Run[]
  parts: readonly Part[]
}
