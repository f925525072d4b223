import { z } from 'zod'
import type { FieldFault } from '../../commands/types.ts'
import { messageOf } from '../../errors.ts'
import { binaryOf } from './binary.ts'
import { isObject } from './body.ts'
import { faultOf, type Parsed } from './types.ts'
import type { Claim } from './verify.ts'

const LONGEST_DELIVERY = 200
const LONGEST_URL = 2_000

const Own = z.object({
  delivery: z
    .string()
    .min(1, 'is empty')
    .max(LONGEST_DELIVERY, `is longer than ${LONGEST_DELIVERY} characters`)
    .optional(),
  build: z.string().max(LONGEST_URL, `is longer than ${LONGEST_URL} characters`).optional(),
  callback: z
    .string()
    .max(LONGEST_URL, `is longer than ${LONGEST_URL} characters`)
    .refine(text => /^https?:$/.test(URL.parse(text)?.protocol ?? ''), 'is no http or https address')
    .optional(),
})

/** What came beside the body. */
export type StepHead = { claim: Claim; delivery: string | undefined }

/**
 * What a step of a pipeline posts with `curl`: the names of `POST /api/v1/tests`, and `callback`, `delivery`, `build`.
 *
 * Nothing but a name makes two requests the same one: two nightly builds may ask for the very same test, so the body's
 * own sum would lose the second. A signed request has a name that nobody can change, its signature; so an unsigned
 * header is not believed beside one, or a copy of the request under another name would be another test.
 */
export function readStep(body: Readonly<Record<string, unknown>>, head: StepHead): Parsed {
  const own = Own.safeParse(body)
  const faults: FieldFault[] = (own.error?.issues ?? []).map(issue =>
    faultOf(String(issue.path[0] ?? ''), issue.code === 'invalid_type' ? 'is no text' : issue.message),
  )
  const { delivery: _, callback: __, build: ___, ...rest } = body
  const { callback, build } = own.data ?? {}
  const delivery = deliveryOf(own.data?.delivery, head)
  if (typeof delivery !== 'string') faults.push(delivery)
  const raw = rawOf(rest, build ?? null, faults)
  if (faults.length > 0 || typeof delivery !== 'string') return { kind: 'wrong', faults }
  const about = build === undefined ? {} : { build }
  return {
    kind: 'order',
    order: { delivery, raw, ...(callback === undefined ? {} : { callback: { url: callback, ...about } }) },
  }
}

function deliveryOf(named: string | undefined, { claim, delivery }: StepHead): string | FieldFault {
  if (named !== undefined) return `step/${named}`
  if (claim.by === 'signature') {
    if (delivery === undefined) return `signed/${claim.signature}`
    return faultOf('delivery', 'is in a header, which the signature does not cover: put it into the body')
  }
  const isName = delivery !== undefined && delivery !== '' && delivery.length <= LONGEST_DELIVERY
  if (isName) return `step/${delivery}`
  const name = `1 to ${LONGEST_DELIVERY} characters that name this request`
  return faultOf('delivery', `is missing: ${name}, such as "$BUILD_TAG"; the same name twice is one test`)
}

/** Numbers are seconds in a time, and the text that they are written as everywhere else. */
function rawOf(
  rest: Readonly<Record<string, unknown>>,
  build: string | null,
  faults: FieldFault[],
): Record<string, unknown> {
  const { timeout, args, env, binary } = rest
  const raw: Record<string, unknown> = { ...rest }
  if (typeof timeout === 'number') raw['timeout'] = `${timeout}s`
  if (Array.isArray(args)) raw['args'] = args.map(textOf)
  if (isObject(env))
    raw['env'] = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, textOf(value)]))
  if (typeof binary !== 'string') return raw
  try {
    raw['binary'] = binaryOf(binary, build)
  } catch (error) {
    faults.push(faultOf('binary', messageOf(error)))
  }
  return raw
}

function textOf(value: unknown): unknown {
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
}
