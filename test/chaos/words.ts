import type { BoardStatus, LabState, Run } from '../../src/lab/types.ts'

/** Where in a step of the disk the bot kills itself. */
export const KILL_MOMENTS = ['before the write', 'half written', 'before the sync', 'after the sync'] as const
export type KillMoment = (typeof KILL_MOMENTS)[number]

/** The bot dies at the `nth` append from now: of the journal, or of any other file beside it. */
export type Trap = { file: 'journal' | 'beside'; nth: number; moment: KillMoment }

/** At once; when only people hold anything up; when nothing and nobody is left. */
export type When = 'now' | 'at rest' | 'at the end'

/** What is typed at the bot, a line of JSON each. */
export type ToBot =
  | { say: 'line'; n: number; as: string; line: string }
  | { say: 'trap'; trap: Trap }
  | { say: 'look'; n: number; runs: readonly string[]; when: When }
  | { say: 'stop' }

/** What it answers, each written out before anything else happens: who reads it was answered. */
export type FromBot =
  | { say: 'ready' }
  | { say: 'reply'; n: number; started: string | null; fault: string | null; result: unknown }
  | { say: 'told'; topic: string; kind: string; state: string | null }
  | { say: 'seen'; n: number; seen: Seen }

/** `runs`: those that were asked for, live or past. */
export type Seen = {
  live: LabState
  runs: Record<string, Run | null>
  boards: readonly {
    id: string
    status: BoardStatus
    usable: boolean
    why: string | null
    heldBy: string | null
  }[]
}
