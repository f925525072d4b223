/** Something about the whole lab that people are told once; what was over before they heard of it, as that (M4.5, H16.6). */

import type { Alert } from '../lab/types.ts'
import { bold, plain, textOf, time } from './text.ts'
import type { View } from './view.ts'
import type { TimeFrame } from './words.ts'

export function alertTelling(alert: Alert, frame: TimeFrame): View {
  const over = alert.resolvedAt !== null
  const title = over
    ? [
        bold(`${alert.id} over: `),
        plain(alert.text),
        plain(', from '),
        time(alert.since),
        plain(' to '),
        time(alert.resolvedAt ?? 0),
      ]
    : [bold(`${alert.id} alert: `), plain(alert.text), plain(', since '), time(alert.since)]
  return {
    kind: 'message',
    topic: `alert/${alert.id}`,
    rev: 0,
    tone: over ? 'ok' : 'bad',
    title,
    summary: textOf(title, frame),
    parts: [],
  }
}
