import type { Parameter } from './types.ts'

/** Of every route of one test that no command makes. */
export const TEST_ID: Parameter = {
  name: 'id',
  in: 'path',
  description: 'The test, such as T12.',
  required: true,
  schema: { type: 'string' },
  example: 'T12',
}
