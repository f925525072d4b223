/** The lab at a glance (S1). */

import type { LabStatus } from '../lab/types.ts'
import { alertParts } from './alert.ts'
import { bold, button, plain, textOf, time } from './text.ts'
import type { Part, Run, Tone, View } from './view.ts'
import { count, percent, size, span, type TimeFrame } from './words.ts'

export function statusCard(status: LabStatus, frame: TimeFrame): View {
  const title = [
    bold('Lab'),
    plain(` · ${status.waiting} waiting, ${status.running} running · `),
    bold(`${status.usable} of ${status.total} boards usable`),
  ]
  return {
    kind: 'home',
    topic: 'status',
    rev: 0,
    tone: toneOf(status),
    title,
    aside: [plain('up since '), time(status.since)],
    summary: [textOf(title, frame), ...status.alerts.map(alert => alert.text)].join('. '),
    parts: [
      ...alertParts(status.alerts),
      { t: 'fields', items: fieldsOf(status) },
      ...chartPart(status),
      {
        t: 'actions',
        items: [
          button('boards', 'Boards', 'boards'),
          button('queue', 'Queue', 'queue'),
          button('tests', 'Tests', 'tests'),
        ],
      },
    ],
  }
}

function toneOf({ alerts, storage, usable, total }: LabStatus): Tone {
  if (storage.full || (usable === 0 && total > 0)) return 'bad'
  return alerts.length > 0 || usable < total ? 'warn' : 'ok'
}

type Item = { name: string; value: readonly Run[] }

function fieldsOf(status: LabStatus): readonly Item[] {
  const item = (name: string, ...value: readonly (string | Run)[]): Item => ({
    name,
    value: value.map(each => (typeof each === 'string' ? plain(each) : each)),
  })
  return [
    item('boards', boardsWords(status)),
    item('queue', `${status.waiting} waiting, average wait ${span(status.averageWaitMs)}`),
    item('leases', String(status.leases)),
    item('today', todayWords(status)),
    item('hardware', hardwareWords(status)),
    item('storage', storageWords(status)),
    item('tellings', `${status.outbox.waiting} waiting, ${status.outbox.givenUp} given up`),
    item('inventory', `${status.inventory.file}, loaded at `, time(status.inventory.loadedAt)),
    ...(status.inventory.rolesConfigured ? [] : [item('roles', 'none configured: everyone has every role')]),
  ]
}

/** Nothing is drawn of a lab that has run nothing yet. */
function chartPart({ days }: LabStatus): readonly Part[] {
  const series = (['passed', 'failed', 'other'] as const).map(name => ({
    name,
    points: days.map(each => [each.day.slice(5), each[name]] as const),
  }))
  const isEmpty = series.every(({ points }) => points.every(([, value]) => value === 0))
  if (isEmpty) return []
  return [{ t: 'chart', type: 'line', title: 'Finished tests a day (UTC)', series, unit: 'tests' }]
}

function boardsWords({ boards }: LabStatus): string {
  const words = Object.entries(boards)
    .filter(([, number]) => number > 0)
    .map(([status, number]) => `${number} ${status.replace('_', ' ')}`)
  return words.length === 0 ? 'none' : words.join(', ')
}

function todayWords({ today }: LabStatus): string {
  const { finished, ...outcomes } = today
  const words = Object.entries(outcomes)
    .filter(([, number]) => number > 0)
    .map(([outcome, number]) => `${number} ${outcome}`)
  return `${count(finished, 'test')} finished${words.length === 0 ? '' : `: ${words.join(', ')}`}`
}

function hardwareWords({ infrastructureSuccess: success }: LabStatus): string {
  if (success === null) return 'no attempts in 30 days'
  return `${percent(success.share)} of ${count(success.attempts, 'attempt')} without its failure, 30 days (goal 85 %)`
}

function storageWords({ storage }: LabStatus): string {
  const free = storage.freeBytes === null ? '' : `, ${size(storage.freeBytes)} free`
  return `${size(storage.artifactBytes)} of artifacts${free}${storage.full ? ', FULL: new work is refused' : ''}`
}
