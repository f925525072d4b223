import { DIALECTS } from './dialects.ts'
import { LOADERS } from './loaders.ts'
import { LOCKUPS, MEMORY } from './lockups.ts'
import { OOPSES } from './oopses.ts'
import { PANICS } from './panics.ts'
import { RESETS } from './resets.ts'
import type { Sample } from './samples.ts'
import { SANITIZERS, SLUB, WARNINGS } from './sanitizers.ts'

/** Logs of boards that failed: every kind, and where its trace differs every architecture. */
export const FAILURES: readonly Sample[] = [
  ...PANICS,
  ...OOPSES,
  ...DIALECTS,
  ...SANITIZERS,
  ...SLUB,
  ...WARNINGS,
  ...LOCKUPS,
  ...MEMORY,
  ...RESETS,
  ...LOADERS,
]
