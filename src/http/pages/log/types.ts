import type { Clock } from '../../../clock.ts'
import type { Lab } from '../../../lab/lab.ts'
import type { Run } from '../../../lab/types.ts'
import type { Streams } from '../../live/streams.ts'
import type { Searches } from './searches.ts'

/** What the log page asks of the lab. */
export type LogLab = Pick<Lab, 'run' | 'logs' | 'cases' | 'progress'>

export type LogPageDeps = { lab: LogLab; timeZone(): string; clock: Clock; searches: Searches }
export type LogRoutesDeps = LogPageDeps & { streams: Streams }

/** `files`: names of all the run's files, of which the other logs are shown as tabs. */
export type LogAsked = { id: string; run: Run | null; file: string; files: readonly string[] }
