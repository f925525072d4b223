import type { IncomingMessage } from 'node:http'
import { type Clock, type Millis, within } from '../../clock.ts'
import { isNestedTooDeep } from '../nesting.ts'

/** The plugin's are a few kilobytes, and more with lines of the build's log. */
export const MOST_BYTES = 256 * 1024
const READ_WITHIN_MS: Millis = 10_000

/** The bytes as they came, for the signature. Null when they are too many; rejects when they stay out. */
export async function readBody(request: IncomingMessage, clock: Clock): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > MOST_BYTES) return null
  const late = (): Error => new Error(`the body did not come within ${READ_WITHIN_MS} ms`)
  return await within(clock, READ_WITHIN_MS, read(request), late)
}

/** Not by iterating: to leave that in the middle closes the connection, and nobody is told why. */
function read(request: IncomingMessage): Promise<Buffer | null> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | null>()
  const chunks: Buffer[] = []
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size <= MOST_BYTES) chunks.push(chunk)
    else {
      request.pause()
      resolve(null)
    }
  })
  request.on('end', () => resolve(Buffer.concat(chunks)))
  request.on('error', reject)
  request.on('close', () => reject(new Error('the connection was closed')))
  return promise
}

/** Packed bodies are none: a small one may unpack to anything. */
export function isJson({ headers }: IncomingMessage): boolean {
  const type = (headers['content-type']?.split(';')[0] ?? '').trim().toLowerCase()
  return type === 'application/json' && (headers['content-encoding'] ?? 'identity') === 'identity'
}

/** A JSON object in UTF-8, as flat as ours are; null for everything else. */
export function objectIn(body: Buffer): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
    return isObject(value) && !isNestedTooDeep(value) ? value : null
  } catch {
    return null
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
