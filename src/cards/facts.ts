/** What cards need to know of a board: never its log-in, never its driver's options. */

import type { BoardConfig, ConsoleConfig, PowerConfig } from '../config/types.ts'
import type { BoardSummary } from '../lab/types.ts'

export type BoardInfo = Omit<BoardConfig, 'consoles' | 'power' | 'bootTimeoutMs' | 'line'> & {
  consoles: readonly Pick<ConsoleConfig, 'name' | 'purpose' | 'driver' | 'where'>[]
  power: Pick<PowerConfig, 'method' | 'driver' | 'pdu' | 'outlet' | 'where'> | null
}

export type BoardFacts = Omit<BoardSummary, 'config'> & { config: BoardInfo }
