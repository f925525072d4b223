import type { Millis } from '../clock.ts'
import { dayOf } from './day.ts'
import { openDayFiles } from './day-files.ts'
import type { StorageDeps } from './deps.ts'

/** Which owners' files went, when and why: a line each, so that a link can say so. */
export type Tombstones = {
  get(owner: string): { at: Millis; reason: string } | null
  add(owner: string, reason: string): Promise<void>
  close(): Promise<void>
}

type Stored = { owner: string; at: Millis; reason: string }

/** As long as the daily sums are kept: after that a link is just unknown. */
const KEPT_MS = 400 * 86_400_000

export async function openTombstones(dir: string, deps: StorageDeps): Promise<Tombstones> {
  const files = await openDayFiles(dir, deps)
  const stones = new Map<string, { at: Millis; reason: string }>()
  const oldest = dayOf(deps.clock.now() - KEPT_MS)
  await files.remove(files.days().filter(day => day < oldest))
  for (const day of files.days()) {
    await files.scan(day, 0, json => {
      const { owner, at, reason } = JSON.parse(json) as Stored
      stones.set(owner, { at, reason })
    })
  }
  return {
    get: owner => stones.get(owner) ?? null,
    async add(owner, reason) {
      const at = deps.clock.now()
      stones.set(owner, { at, reason })
      await files.append(dayOf(at), JSON.stringify({ owner, at, reason } satisfies Stored))
    },
    close: () => files.close(),
  }
}
