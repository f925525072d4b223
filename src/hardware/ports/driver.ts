import type { Clock } from '../../clock.ts'
import type { Log } from '../../log.ts'

export type DriverDeps = { clock: Clock; log: Log }
