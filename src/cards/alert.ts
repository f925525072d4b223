/** Something about the whole lab that people are told once; what was over before they heard of it, as that (M4.5, H16.6). */

import type { Alert } from '../lab/types.ts'
import { bold, button, plain, textOf, time, user } from './text.ts'
import type { Action, Cell, Column, Part, Run, View } from './view.ts'
import { count, type TimeFrame } from './words.ts'

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
    : [bold(`${alert.id} alert: `), plain(`${alert.text} (since `), time(alert.since), plain(')')]
  return {
    kind: 'message',
    topic: `alert/${alert.id}`,
    rev: alertRev(alert),
    tone: over ? 'ok' : 'bad',
    title,
    summary: textOf(title, frame),
    parts: over ? [] : afterwards(alert),
  }
}

/** Those that are not over, the oldest first. */
export function alertsCard(alerts: readonly Alert[], frame: TimeFrame): View {
  const open = alerts.filter(alert => alert.acknowledged === undefined).length
  const words =
    alerts.length === 0 ? 'none' : `${count(alerts.length, 'open', 'open')}, ${open} not acknowledged`
  const title = [bold('Alerts'), plain(' · '), bold(words)]
  return {
    kind: 'message',
    topic: 'alerts',
    rev: Math.max(0, ...alerts.map(alertRev)),
    tone: open > 0 ? 'bad' : alerts.length > 0 ? 'warn' : 'ok',
    title,
    summary: [textOf(title, frame), ...alerts.map(alert => alert.text)].join('. '),
    parts: alerts.length === 0 ? [{ t: 'note', runs: [plain('Nothing is wrong.')] }] : alertParts(alerts),
  }
}

// A message has fifty blocks: a button without the words above it would be one for nobody knows what.
const MOST_BUTTONS = 10

/** Each with its button, or with who looks after it; of very many the later ones are a row each. */
export function alertParts(alerts: readonly Alert[]): readonly Part[] {
  const parts = alerts.slice(0, MOST_BUTTONS).flatMap((alert): readonly Part[] => [
    {
      t: 'text',
      runs: [bold(`alert ${alert.id}: `), plain(`${alert.text} (since `), time(alert.since), plain(')')],
    },
    ...afterwards(alert),
  ])
  return [...parts, ...rowsPart(alerts.slice(MOST_BUTTONS))]
}

function rowsPart(alerts: readonly Alert[]): readonly Part[] {
  if (alerts.length === 0) return []
  const open = alerts.find(alert => alert.acknowledged === undefined)
  const how = open === undefined ? '' : `; to acknowledge one: alerts ack ${open.id}`
  const columns: readonly Column[] = [
    { title: 'alert', keep: true },
    { title: 'what', keep: true },
    { title: 'since' },
    { title: 'acknowledged by' },
  ]
  return [{ t: 'table', columns, rows: alerts.map(rowOf), caption: `${alerts.length} more${how}` }]
}

function rowOf({ id, text, since, acknowledged }: Alert): readonly Cell[] {
  return [
    [plain(id)],
    [plain(text)],
    [time(since)],
    acknowledged === undefined ? [] : [user(acknowledged.by)],
  ]
}

function afterwards(alert: Alert): readonly Part[] {
  const { acknowledged } = alert
  return acknowledged === undefined
    ? [{ t: 'actions', items: [acknowledgeButton(alert)] }]
    : [{ t: 'note', runs: outcomeOf(acknowledged) }]
}

/** `acknowledged by @a, 12:03`. */
function outcomeOf({ by, at }: NonNullable<Alert['acknowledged']>): readonly Run[] {
  return [plain('acknowledged by '), user(by), plain(', '), time(at)]
}

function acknowledgeButton(alert: Alert): Action {
  const expect = { topic: `alert/${alert.id}`, rev: alertRev(alert) }
  return button(`ack-${alert.id}`, 'Acknowledge', `alerts ack ${alert.id}`, { expect })
}

/** An alert moves on once: when somebody looks after it. */
function alertRev({ acknowledged }: Alert): number {
  return acknowledged === undefined ? 0 : 1
}
