import { Writable } from 'node:stream'
import { pino } from 'pino'

export type LogFields = Record<string, unknown>
export type Log = {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
}

/** Known secret values, in one place; whatever leaves the process as text passes through `scrub`. */
export type Secrets = { add(value: string): void; scrub(text: string): string }

const SHORTEST_SECRET = 4

export function createSecrets(): Secrets {
  const values = new Set<string>()
  return {
    // Very short values would blank out innocent text everywhere.
    add: value => {
      if (value.length < SHORTEST_SECRET) return
      values.add(value)
      const quoted = JSON.stringify(value).slice(1, -1)
      if (quoted !== value) values.add(quoted)
    },
    scrub: text => {
      let clean = text
      for (const value of values) clean = clean.replaceAll(value, '[secret]')
      return clean
    },
  }
}

/**
 * Lines of JSON on standard error. pino's own redaction matches exact paths only, and nothing inside messages or
 * stacks (stack.md 13), so the finished line is scrubbed of every known secret value.
 */
export function createLog(
  level: string,
  secrets: Secrets,
  write: (line: string) => void = line => process.stderr.write(line),
): Log {
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      write(secrets.scrub(chunk.toString()))
      done()
    },
  })
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { error: pino.stdSerializers.err },
    },
    destination,
  )
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} }
