import { createReadStream } from 'node:fs'
import { InputError, messageOf } from '../errors.ts'
import { createLogReader, type Reading } from '../reading/log-reader.ts'
import type { Finding } from '../reading/types.ts'
import { STAGES, type Stage } from '../reading/verdict.ts'

const USE = `boardroom verdict FILE [--stage ${STAGES.join('|')}] [--exit-code], with - for the standard input`

/**
 * `boardroom verdict FILE`: what a raw console log proves, as JSON, by the same code that reads the consoles live.
 * The exit status is 0 when the log was read; with `--exit-code` 1 where the software under test failed and 2 where
 * board or site did. Throws InputError for a file that cannot be read.
 */
export async function runVerdict(args: readonly string[]): Promise<number> {
  const { file, stage, tells } = parse(args)
  const reader = createLogReader({ stage })
  try {
    for await (const bytes of file === '-' ? process.stdin : createReadStream(file))
      reader.push(bytes as Uint8Array)
  } catch (error) {
    throw unreadable(file, error)
  }
  const reading = reader.end()
  process.stdout.write(`${JSON.stringify(shown(reading), null, 2)}\n`)
  if (!tells || reading.verdict === null) return 0
  return reading.verdict.class === 'test' ? 1 : 2
}

function parse(args: readonly string[]): { file: string; stage: Stage; tells: boolean } {
  const rest = args.filter(arg => arg !== '--exit-code')
  const at = rest.indexOf('--stage')
  const named = at === -1 ? 'run' : rest.splice(at, 2)[1]
  const stage = STAGES.find(known => known === named)
  if (stage === undefined) throw wrong(named === undefined ? 'verdict: which stage?' : `no stage "${named}"`)
  const [file, ...more] = rest
  if (file === undefined) throw wrong('verdict: which file?')
  if (more.length > 0) throw wrong(`verdict: one file at a time, not also "${more.join(' ')}"`)
  return { file, stage, tells: args.includes('--exit-code') }
}

function wrong(message: string): InputError {
  return new InputError(message, { hint: USE })
}

function unreadable(file: string, error: unknown): InputError {
  return new InputError(`${file} cannot be read: ${messageOf(error)}`, {
    hint: 'Give a file that holds a raw console log, or - and the log on the standard input.',
  })
}

function shown({ verdict, events, omitted }: Reading): Record<string, unknown> {
  return { verdict, events: events.map(shownEvent), ...(omitted > 0 ? { omitted } : {}) }
}

function shownEvent(event: Finding): Record<string, unknown> {
  const { kind, cause, severity, title, place, lines, from, to, proof } = event
  return { kind, cause, severity, title, place, lines, bytes: [from, to], proof }
}
