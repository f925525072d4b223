import { createLogReader, type Reading } from '../../src/reading/log-reader.ts'
import type { VerdictContext } from '../../src/reading/verdict.ts'
import { chunksOf, utf8 } from './chunks.ts'

export function readText(
  text: string,
  context: VerdictContext = { stage: 'run' },
  places: readonly number[] = [],
): Reading {
  const reader = createLogReader(context)
  for (const { bytes } of chunksOf(utf8(text), places)) reader.push(bytes)
  return reader.end()
}
