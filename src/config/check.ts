import type { z } from 'zod'
import { problemsOf } from './issues.ts'
import { plainOf, type Reading } from './plain.ts'
import type { Problem } from './problems.ts'
import { shapeOf } from './shape.ts'
import type { Node } from './tree.ts'

/**
 * Reads one value by its schema; null, with everything that is wrong added to `problems`, when anything is. `also`
 * are keys that the caller reads itself, to be suggested for misspelt ones; those of them that are `taken` come last.
 */
export function readAs<T>(
  schema: z.ZodType<T>,
  node: Node,
  problems: Problem[],
  also: readonly string[] = [],
  taken: ReadonlySet<string> = new Set(),
): T | null {
  const reading: Reading = { problems: [], told: new Set(), stray: new Set(), also, taken }
  const shape = shapeOf(schema)
  const result = schema.safeParse(plainOf(node, shape, reading))
  reading.problems.push(
    ...firstOfEach(result.error?.issues ?? []).flatMap(issue => problemsOf(issue, node, shape, reading)),
  )
  problems.push(...reading.problems)
  return result.success && reading.problems.length === 0 && node.kind !== 'unread' ? result.data : null
}

/** zod goes on to the length of a list where a text should be: of each value the first thing wrong is enough. */
function firstOfEach(issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] {
  const seen = new Set<string>()
  return issues.filter(issue => {
    const path = issue.path.map(String).join('\n')
    return !seen.has(path) && seen.add(path)
  })
}
