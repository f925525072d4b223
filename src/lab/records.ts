/** Shapes and words of the lab that its neighbours above need. */

export { rolesConfigured } from './roles.ts'
export { type RunSummary, summarize } from './runs/summary.ts'
export { addToTally, type Tally } from './runs/tally.ts'
