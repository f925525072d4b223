/** Files that came with a line whose button is still to be pressed: the click has none of them. */

import type { Clock, Millis } from '../../../clock.ts'
import type { SlackFile } from '../types.ts'

export type KeptFiles = {
  keep(user: string, line: string, files: readonly SlackFile[]): void
  /** Empty when nothing was kept, or too long ago. */
  of(user: string, line: string): readonly SlackFile[]
}

const MOST = 200
const KEPT_MS: Millis = 30 * 60_000

/** In memory: after a restart the file has to be attached again, and the answer says so. */
export function createKeptFiles(clock: Clock): KeptFiles {
  const kept = new Map<string, { files: readonly SlackFile[]; until: Millis }>()
  const keyOf = (user: string, line: string): string => JSON.stringify([user, line])
  return {
    keep(user, line, files) {
      if (files.length === 0) return
      const [oldest] = kept.keys()
      if (kept.size >= MOST && oldest !== undefined) kept.delete(oldest)
      kept.set(keyOf(user, line), { files, until: clock.mono() + KEPT_MS })
    },
    of(user, line) {
      const found = kept.get(keyOf(user, line))
      return found === undefined || clock.mono() > found.until ? [] : found.files
    },
  }
}
