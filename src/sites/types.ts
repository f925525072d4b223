import type { BoardConfig } from '../config/types.ts'
import type { Chunk, RecorderNews, RecorderState } from '../hardware/types.ts'
import type { Job, WorkEvent, WorkResult } from '../work/types.ts'

/**
 * Where work is done. The site owns the recorders and the gate; nothing else touches a machine. The embedded site
 * does it in this process, a remote one near its boards; nobody else knows which it is.
 */
export type Site = {
  readonly id: string
  /** Throws a LabError; settles only when nothing more is sent to the board, at the latest 30 s after the abort. */
  perform<J extends Job>(
    job: J,
    options: { token: number; signal: AbortSignal; onEvent(event: WorkEvent): void },
  ): Promise<WorkResult<J>>
  /** Records the board's console from now on; no lease needed. Calling it again with new configuration re-opens. */
  watch(board: BoardConfig, onNews: (news: RecorderNews) => void): void
  unwatch(boardId: string): Promise<void>
  state(boardId: string): RecorderState | null
  read(boardId: string, from: number, to: number): AsyncIterable<Chunk>
  close(): Promise<void>
}
