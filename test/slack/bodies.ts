import type { IncomingMessage } from 'node:http'
import { type Json, recordOf } from './loose.ts'
import { Refused, refuseIf } from './refused.ts'

/** Arguments of a call as clients send them (docs.slack.dev, apis/web-api: "POST bodies"). */

const LARGEST = 32 * 1024 * 1024

export async function bytesOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request) {
    parts.push(part as Buffer)
    size += (part as Buffer).length
    if (size > LARGEST) throw new Refused('request_too_large')
  }
  return Buffer.concat(parts)
}

/** What a method takes as JSON inside a form. */
const NESTED = new Set(['blocks', 'attachments', 'metadata', 'view', 'files', 'message'])

export type Asked = { token: string; args: Json; isJson: boolean }

/** Throws Refused `invalid_form_data`, `invalid_json`, `json_not_object`, `invalid_post_type`. */
export function argumentsOf(request: IncomingMessage, body: Buffer): Asked {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim() ?? ''
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? ''
  if (type === 'application/json') return { token: bearer, args: jsonOf(body), isJson: true }
  // Without a body none is named; fetch sends an empty form as plain text.
  refuseIf(body.length > 0 && type !== 'application/x-www-form-urlencoded', 'invalid_post_type')
  const { token, ...args } = formOf(body)
  return { token: bearer || String(token ?? ''), args, isJson: false }
}

function jsonOf(body: Buffer): Json {
  let value: unknown
  try {
    value = JSON.parse(body.toString())
  } catch {
    throw new Refused('invalid_json')
  }
  refuseIf(typeof value !== 'object' || value === null || Array.isArray(value), 'json_not_object')
  return recordOf(value)
}

function formOf(body: Buffer): Json {
  const args: Json = {}
  for (const [name, value] of new URLSearchParams(body.toString()))
    args[name] = NESTED.has(name) ? nested(name, value) : value
  return args
}

function nested(name: string, value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    throw new Refused(name === 'blocks' ? 'invalid_blocks_format' : 'invalid_arguments')
  }
}
