/** Whether what a topic names has come to its end, as the state has it; whether somebody was told of it is another matter. */

import { isOver } from '../../cards/run-words.ts'
import { drawTelling } from '../../cards/tellings.ts'
import { drawTopic } from '../../cards/topics.ts'
import type { View } from '../../cards/view.ts'
import {
  lease as leaseShape,
  powerEvent,
  run as runShape,
  transfer as transferShape,
} from '../../commands/results.ts'
import type { Exit } from '../../commands/types.ts'
import type { Lab } from '../../lab/lab.ts'
import { endingOfPower, endingOfRun, endingOfTransfer } from '../../lab/records.ts'

export type End = {
  /** Exit status of whoever waited for it (design 10). */
  exit: Exit
  /** Journal number of its last transition; 0 for what is not there. */
  rev: number
  /** As the API gives it: `{ run }`, `{ lease }`, `{ event }`, `{ transfer }`; null for what is not there. */
  result: Readonly<Record<string, unknown>> | null
}

const NOT_THERE: End = { exit: 3, rev: 0, result: null }

type Ask = (lab: Lab, id: string) => Promise<End | null>

// A map, not an object: topics come from clients.
const ASKS: ReadonlyMap<string, Ask> = new Map<string, Ask>([
  [
    'run',
    async (lab, id) => {
      const run = await lab.run(id)
      if (run === null) return NOT_THERE
      if (!isOver(run.state)) return null
      return { exit: endingOfRun(run).exit, rev: run.rev, result: { run: runShape.parse(run) } }
    },
  ],
  [
    'lease',
    async (lab, id) => {
      const lease = lab.lease(id)
      if (lease === null) return NOT_THERE
      if (lease.state === 'waiting' || lease.state === 'checking') return null
      const exit = lease.state === 'active' || lease.since !== null ? 0 : 1
      return { exit, rev: lease.rev, result: { lease: leaseShape.parse(lease) } }
    },
  ],
  [
    'power',
    async (lab, id) => {
      const event = await lab.powerEvent(id)
      if (event === null) return NOT_THERE
      if (event.endedAt === null) return null
      return { exit: endingOfPower(event).exit, rev: event.rev, result: { event: powerEvent.parse(event) } }
    },
  ],
  [
    'transfer',
    async (lab, id) => {
      const transfer = await lab.transfer(id)
      if (transfer === null) return NOT_THERE
      if (transfer.endedAt === null) return null
      const { exit } = endingOfTransfer(transfer)
      return { exit, rev: transfer.rev, result: { transfer: transferShape.parse(transfer) } }
    },
  ],
])

/** Whether what it names comes to an end at all: a test does, the queue does not. */
export function hasEnd(topic: string): boolean {
  return ASKS.has(topic.split('/')[0] ?? '') && topic.includes('/')
}

/** Null while it goes on; for a lease the end is that it is had, or will not be. */
export async function endOf(lab: Lab, topic: string): Promise<End | null> {
  const { kind, id } = parted(canonical(topic))
  const ask = ASKS.get(kind)
  return ask === undefined ? NOT_THERE : await ask(lab, id)
}

/** Ids of tests and leases as news name them, however they were typed. */
export function canonical(topic: string): string {
  const { kind, id } = parted(topic)
  return kind === 'run' || kind === 'lease' ? `${kind}/${id.toUpperCase()}` : topic
}

/** What a script at a terminal is told at the end: of a test its outcome, of what nobody is told of its card. */
export async function endCard(lab: Lab, topic: string): Promise<View | null> {
  return topic.startsWith('run/') ? await drawTelling(topic, lab) : await drawTopic(topic, lab)
}

function parted(topic: string): { kind: string; id: string } {
  const at = topic.indexOf('/')
  return at === -1 ? { kind: topic, id: '' } : { kind: topic.slice(0, at), id: topic.slice(at + 1) }
}
