/** What consoles told about failing, as it is stored of a run and of a board. */

import type { Millis } from '../clock.ts'
import type { Finding } from '../reading/types.ts'

/** Lines of a log, counted from 1. */
export type Lines = readonly [from: number, to: number]

/** Something that a console told about failing (docs/verdicts.md). */
export type ConsoleEvent = Pick<Finding, 'kind' | 'severity' | 'title'> & {
  at: Millis
  /** Of the console's file of its attempt. */
  lines: Lines
}

/** What the console told of an attempt; nothing is there where it told nothing. */
export type Told = {
  /** Those that prove how it ended. */
  lines?: Lines
  /** In the order of the log, with whatever the kernel survived. */
  events?: readonly ConsoleEvent[]
  /** Events that were not kept. */
  omitted?: number
}

/** A board whose kernel or boot loader failed. */
export type Incident = Pick<Finding, 'cause' | 'kind' | 'severity' | 'title'> & {
  at: Millis
  /** Its first lines. */
  proof: readonly string[]
  /** Of its first line in the board's log: the same incident, told again, has the same. */
  offset: number
  /** What was done with it: `T12`, `L3`, `recovery`, `maintenance`; null: nothing, and nobody used it. */
  during: string | null
  /** Of a test: its name, and whose it is. */
  test?: string
  by?: string
  /** Of one that ended what ran while nobody used it: whose fault it was; left out until that is known. */
  blame?: IncidentBlame
}
/** `use`: of what was done with the board just before. Only what is the board's own counts against it. */
export type IncidentBlame = 'board' | 'use' | 'power' | 'site' | 'kernel'
