import type { StateModel } from '../../src/storage/types.ts'

/** A lab in small: runs begin, end, and are then in the history alone. */
export type Runs = { live: Record<string, number>; begun: number; ended: number; faults: string[] }
export type RunsOperation = { kind: 'begin' | 'step' | 'end'; id: string }
export type RunRecord = { id: string; steps: number }

export const runsModel: StateModel<Runs, RunsOperation> = {
  version: 1,
  initial: () => ({ live: {}, begun: 0, ended: 0, faults: [] }),
  apply(state, { kind, id }) {
    const steps = state.live[id]
    // A commit applied twice, or one that was lost, shows here.
    if ((kind === 'begin') !== (steps === undefined)) state.faults.push(`${kind} ${id}`)
    if (kind === 'begin') {
      state.live[id] = 0
      state.begun++
    } else if (kind === 'step') {
      state.live[id] = (steps ?? 0) + 1
    } else {
      delete state.live[id]
      state.ended++
    }
  },
  upgrade: () => {
    throw new Error('there is nothing older')
  },
}

export const CHECKPOINT_AFTER = 15
