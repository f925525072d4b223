import { onTestFinished } from 'vitest'
import type { Inventory } from '../../../src/config/types.ts'
import { createMetrics, type Metrics, type MetricsDeps } from '../../../src/http/metrics/metrics.ts'
import type { Lab } from '../../../src/lab/lab.ts'
import { labModel, type Operation, topicsOf } from '../../../src/lab/state.ts'
import type { LabState } from '../../../src/lab/types.ts'
import { silentLog } from '../../../src/log.ts'
import { createLabPort } from '../../commands/lab-port.ts'
import { createFakeClock, type FakeClock } from '../../fake-clock.ts'
import { aBoard, anInventory } from '../../lab/samples.ts'
import { type Family, parseExposition } from './exposition.ts'

/** Metrics over the lab's real state machine, without its services: what happens is what the test says. */
export type Desk = {
  metrics: Metrics
  state: LabState
  clock: FakeClock
  /** False when the state refuses it, as it would have been by the services. */
  happens(...operations: Operation[]): boolean
  has(inventory: Inventory): void
  read(): Promise<ReadonlyMap<string, Family>>
}

export function openDesk(
  part: Partial<Lab> = {},
  options: Partial<MetricsDeps> & { before?: readonly Operation[] } = {},
): Desk {
  const clock = createFakeClock()
  const state = labModel.initial()
  let sequence = 0
  let inventory = anInventory(['a', 'b', 'c'].map(id => aBoard(id, { family: id === 'c' ? 'socB' : 'socA' })))
  const lab = createLabPort({
    ...{ state: () => state, inventory: () => inventory, now: clock.now },
    ...part,
  })
  const apply = (operations: readonly Operation[]): void => {
    sequence++
    for (const operation of operations) labModel.apply(state, operation, sequence)
  }
  apply(options.before ?? [])
  const { before: _, ...rest } = options
  const metrics = createMetrics({
    ...{ lab, version: '1.2.3', streams: () => 0, uploads: () => 0, clock, log: silentLog },
    ...rest,
  })
  onTestFinished(metrics.close)
  return {
    metrics,
    state,
    clock,
    happens(...operations) {
      const topics = operations.flatMap(operation => topicsOf(operation, state))
      try {
        apply(operations)
      } catch {
        return false
      }
      const after = operations.flatMap(operation => topicsOf(operation, state))
      for (const topic of new Set([...topics, ...after])) lab.publish(topic)
      return true
    },
    has(next) {
      inventory = next
      lab.publish('inventory')
    },
    read: async () => parseExposition((await metrics.scrape()).text),
  }
}
