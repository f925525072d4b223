/** Shapes and words of the lab that its neighbours above need. */

export { endingOfPower, endingOfRun, endingOfTransfer } from './endings.ts'
export { rolesConfigured } from './roles.ts'
export { reasonOf } from './runs/cases/summary.ts'
export { consoleLog, isLineLog, OUTPUT_LOG } from './runs/log-names.ts'
export { type RunSummary, summarize } from './runs/summary.ts'
export { addToTally, type Tally } from './runs/tally.ts'
