import type { IncomingMessage } from 'node:http'
import { parse } from 'node:querystring'
import { type Clock, type Millis, within } from '../../../clock.ts'

/** Slack's own are a few kilobytes; a form holds at most 100 blocks. */
const LARGEST_BYTES = 1024 * 1024
const READ_WITHIN_MS: Millis = 10_000

export const FORM = 'application/x-www-form-urlencoded'

/** The bytes as they came, for the signature. Null when they are too many; rejects when they stay out. */
export async function readBody(request: IncomingMessage, clock: Clock): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > LARGEST_BYTES) return null
  const late = (): Error => new Error(`the body did not come within ${READ_WITHIN_MS} ms`)
  return await within(clock, READ_WITHIN_MS, read(request), late)
}

async function read(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > LARGEST_BYTES) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** `text/plain; charset=utf-8` is `text/plain`: Bolt knows the bare type only, spelled in small letters. */
export function bareType(header: string | undefined): string {
  return (header?.split(';')[0] ?? '').trim().toLowerCase()
}

/** Slack asks this now and then, unsigned (docs.slack.dev, interactivity/implementing-slash-commands). */
export function isSslCheck(body: Buffer, type: string): boolean {
  return type === FORM && parse(body.toString())['ssl_check'] === '1'
}

/** Whether Bolt can read it: of the JSON `null` it would die (HTTPReceiver.js, handleIncomingEvent). */
export function isReadable(body: Buffer, type: string): boolean {
  const text = body.toString()
  const json = type === FORM ? parse(text)['payload'] : text
  if (typeof json !== 'string') return true
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
