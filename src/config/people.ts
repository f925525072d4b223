import { z } from 'zod'
import type { PeopleConfig } from './types.ts'

/** `@mei` and `mei` are the same person; kept without the @. */
const Person = z
  .string()
  .trim()
  .regex(/^@?[^\s@,:]+$/, 'a person is one name without spaces, such as mei')
  .overwrite(name => name.replace(/^@/, ''))

const Names = z.array(Person).overwrite(names => [...new Set(names)])

export const PeopleSchema: z.ZodType<PeopleConfig> = z.strictObject({
  admins: Names.default([]),
  operators: Names.default([]),
  teams: z.record(z.string().min(1), Names).default({}),
})
