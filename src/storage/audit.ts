import { dayOf } from './day.ts'
import { openDayFiles } from './day-files.ts'
import type { StorageDeps } from './deps.ts'
import { readLines } from './read-lines.ts'
import type { Audit, AuditEntry } from './types.ts'

const FORMAT = 1
type Stored = { v: number; entry: AuditEntry }

/** Who did what, in day files that nothing ever rewrites or removes (S4). */
export async function openAudit(options: StorageDeps & { dir: string }): Promise<Audit> {
  const files = await openDayFiles(options.dir, options)

  async function* newestFirst(): AsyncGenerator<AuditEntry> {
    for (const day of files.days().toReversed()) {
      const texts: string[] = []
      for await (const block of readLines(files.path(day))) {
        for (const { json } of block) if (json !== null) texts.push(json)
      }
      for (const json of texts.reverse()) yield (JSON.parse(json) as Stored).entry
    }
  }

  return {
    async append(entry) {
      await files.append(dayOf(entry.at), JSON.stringify({ v: FORMAT, entry } satisfies Stored))
    },
    async search(words, limit) {
      const wanted = words.map(word => word.toLowerCase())
      const found: AuditEntry[] = []
      if (limit <= 0) return found
      for await (const entry of newestFirst()) {
        const text = textOf(entry)
        if (!wanted.every(word => text.includes(word))) continue
        if (found.push(entry) >= limit) break
      }
      return found
    },
    close: () => files.close(),
  }
}

/** What a person may search for: the values, not the names of fields. */
function textOf({ at, who, where, line, args, decision, result, reference }: AuditEntry): string {
  const when = new Date(at).toISOString()
  const parts = [
    when,
    who.id,
    who.name,
    who.platform,
    where ?? '',
    line,
    valuesOf(args),
    decision,
    result,
    reference ?? '',
  ]
  return parts.join('\n').toLowerCase()
}

function valuesOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return Object.values(value).map(valuesOf).join('\n')
}
