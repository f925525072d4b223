/** What came back, taken apart with care: whatever answers at an address may be anything. */

import type { IncomingMessage } from 'node:http'
import type { View } from '../cards/view.ts'
import type { Exit, Fault, Followed } from '../commands/types.ts'
import { InputError, type LabError } from '../errors.ts'
import type { Server } from './server.ts'
import { noBoardroom, redirected, trouble, unreachable, wantsKey } from './unreachable.ts'

/** Of `POST /api/v1/line`. */
export type LineAnswer = {
  kind: 'done' | 'form' | 'confirm' | 'fault'
  result: unknown
  view: View
  started: string | null
  follows: Followed | null
  fault: Fault | null
  exit: Exit
  timeZone: string
}

const LONGEST_BODY = 64 * 1024 * 1024
const EXITS: readonly unknown[] = [0, 1, 2, 3]
const KINDS = ['done', 'form', 'confirm', 'fault']

/** Throws LabError for everything that is no answer to a line. */
export async function lineAnswer(server: Server, answer: IncomingMessage): Promise<LineAnswer> {
  if (answer.statusCode !== 200) {
    const refusal = await refusalOf(server, answer)
    throw answer.statusCode === 404 ? noLines(server, refusal) : refusal
  }
  const body = await bodyOf(server, answer)
  const given = jsonOf(body)
  const isAnswer =
    isObject(given) &&
    KINDS.includes(String(given['kind'])) &&
    isExit(given['exit']) &&
    isView(given['view']) &&
    (given['kind'] === 'done' || isObject(given['fault'])) &&
    (given['started'] === null || typeof given['started'] === 'string') &&
    (given['follows'] === null || isObject(given['follows'])) &&
    typeof given['timeZone'] === 'string'
  if (!isAnswer) throw noBoardroom(server, `it answered with ${answer.headers['content-type'] ?? 'no type'}`)
  return given as unknown as LineAnswer
}

export function isExit(value: unknown): value is Exit {
  return EXITS.includes(value)
}

/** Enough of one to be drawn; what its parts hold is made harmless by whoever draws it. */
export function isView(value: unknown): value is View {
  return (
    isObject(value) &&
    typeof value['summary'] === 'string' &&
    Array.isArray(value['title']) &&
    Array.isArray(value['parts'])
  )
}

/** An answer that is not what was asked for, as an error that says why. */
export async function refusalOf(server: Server, answer: IncomingMessage): Promise<LabError> {
  const { statusCode: status = 0, headers } = answer
  if (status >= 300 && status < 400) {
    answer.resume()
    return redirected(server, headers.location ?? 'without saying where')
  }
  const given = jsonOf(await bodyOf(server, answer))
  const problem = isObject(given) && typeof given['detail'] === 'string' ? given : null
  const detail = problem === null ? null : String(problem['detail'])
  if (status === 401) return wantsKey(server, detail)
  if (detail === null)
    return noBoardroom(server, `it answered ${status} with ${headers['content-type'] ?? 'no type'}`)
  const hint = typeof problem?.['hint'] === 'string' ? problem['hint'] : 'Try again later.'
  if (BAD_INPUT.has(status)) return new InputError(detail, { hint })
  const wait = /^\d+$/.test(headers['retry-after'] ?? '')
    ? ` Not before ${headers['retry-after']} s from now.`
    : ''
  return trouble(detail, `${hint}${wait}`)
}

function noLines({ url }: Server, { message }: LabError): LabError {
  return trouble(
    `${url.href} takes no command lines: ${message}`,
    'It may be older than this program, or the address has a path too much.',
  )
}

const BAD_INPUT = new Set([400, 411, 413, 415, 422])

async function bodyOf(server: Server, answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of answer) {
      length += (chunk as Buffer).length
      if (length > LONGEST_BODY) throw noBoardroom(server, 'its answer has no end')
      chunks.push(chunk as Buffer)
    }
  } catch (error) {
    throw unreachable(server, error)
  } finally {
    answer.destroy()
  }
  return Buffer.concat(chunks).toString('utf8')
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
