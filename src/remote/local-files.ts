/** Which words of a line are files of this machine. */

import type { Readable } from 'node:stream'
import { argumentsOf } from '../commands/argument.ts'
import { parseLine } from '../commands/grammar.ts'
import type { AnyCommand } from '../commands/types.ts'

/** Opened when it is sent, and again when it is sent again. */
export type LocalFile = { name: string; size: number; open(): Readable }

export type FileWord = {
  word: string
  /** `T12/hello`: where there is no such file here, it is one that the server has. */
  isKept: boolean
}

/** The words of the line that name a file; an address is none. */
export function fileWords(line: string, commands: readonly AnyCommand[]): readonly FileWord[] {
  const parsed = understood(line, commands)
  if (parsed === null) return []
  const { command, bound } = parsed
  return argumentsOf(command)
    .filter(({ meta }) => meta.file === true)
    .map(({ name }) => bound.raw[name])
    .filter(word => typeof word === 'string')
    .filter(word => !/^https?:\/\//i.test(word))
    .map(word => ({ word, isKept: /^[TL][1-9]\d{0,8}\/[^/]+$/i.test(word) }))
}

/** What is wrong with a line, or newer than this program, is the server's to say. */
function understood(line: string, commands: readonly AnyCommand[]) {
  try {
    const parsed = parseLine(line, commands)
    return parsed.ok ? parsed : null
  } catch {
    return null
  }
}
