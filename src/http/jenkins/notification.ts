import { createHash } from 'node:crypto'
import { z } from 'zod'
import { didYouMean } from '../../commands/nearest.ts'
import type { FieldFault } from '../../commands/types.ts'
import { parseWords } from '../../commands/words.ts'
import { messageOf } from '../../errors.ts'
import { binaryOf } from './binary.ts'
import { faultOf, type Parsed } from './types.ts'

/**
 * What Jenkins' Notification plugin posts, four times a build (JobState.java and BuildState.java of
 * jenkinsci/notification-plugin): QUEUED together with STARTED, COMPLETED, FINALIZED. `status` is absent until there is
 * a result, `full_url` where Jenkins has no address of its own.
 */
const Notification = z.looseObject({
  url: z.string(),
  build: z.looseObject({
    number: z.number(),
    phase: z.string(),
    status: z.string().nullish(),
    full_url: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
  }),
})

const PREFIX = 'BOARDROOM_'
const ENV = 'ENV_'
/** Parameters of a build, by what they are to `run-test`. */
const NAMES: Readonly<Record<string, 'text' | 'words' | 'name'>> = {
  FAMILY: 'text',
  BINARY: 'text',
  ENTRY: 'text',
  SHELL: 'text',
  ARGS: 'words',
  COLLECT: 'words',
  BOARD: 'text',
  PRIORITY: 'name',
  TIMEOUT: 'text',
}
const CALLBACK = 'CALLBACK'
const LONGEST_KEY = 200

export function isNotification(body: Readonly<Record<string, unknown>>): boolean {
  return typeof body['build'] === 'object'
}

/**
 * A build is told of four times, and any of them may come twice. The test is submitted on the first of COMPLETED and
 * FINALIZED that says SUCCESS: what the build archived is there by then, and either of them may be switched off in the
 * plugin or get lost. Job and number are its key, so the other one is the same delivery.
 */
export function readNotification(body: Readonly<Record<string, unknown>>): Parsed {
  const read = Notification.safeParse(body)
  if (!read.success)
    return {
      kind: 'wrong',
      faults: read.error.issues.map(issue => faultOf(issue.path.join('.'), issue.message)),
    }
  const { url, build } = read.data
  const given = givenIn(build.parameters ?? {})
  if (given.size === 0) return ignored('the build has no parameter BOARDROOM_FAMILY')
  if (build.phase !== 'COMPLETED' && build.phase !== 'FINALIZED')
    return ignored(`the build is ${build.phase}; its test begins when it is COMPLETED`)
  if (build.status !== 'SUCCESS')
    return ignored(`the build is ${build.status ?? 'without a result'}; it is tested after SUCCESS`)
  const address = build.full_url ?? null
  const { raw, faults } = rawOf(given, address)
  if (faults.length > 0) return { kind: 'wrong', faults }
  const callback = given.get(CALLBACK)
  const name = { build: address ?? `${url}${build.number}` }
  return {
    kind: 'order',
    order: {
      delivery: `build/${keyOf(`${url}#${build.number}`)}`,
      raw,
      ...(callback === undefined ? {} : { callback: { url: callback, ...name } }),
    },
  }
}

function ignored(why: string): Parsed {
  return { kind: 'ignored', why }
}

/** Without their prefix. Jenkins has an empty text for a parameter that nobody filled in. */
function givenIn(parameters: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const ours = Object.entries(parameters).flatMap(([name, value]): [string, string][] => {
    const isText = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    const text = isText ? String(value) : ''
    return name.startsWith(PREFIX) && text.trim() !== '' ? [[name.slice(PREFIX.length), text]] : []
  })
  return new Map(ours)
}

function rawOf(
  given: ReadonlyMap<string, string>,
  address: string | null,
): { raw: Record<string, unknown>; faults: readonly FieldFault[] } {
  const raw: Record<string, unknown> = {}
  const env: [string, string][] = []
  const faults: FieldFault[] = []
  for (const [name, text] of given) {
    try {
      if (name.startsWith(ENV)) env.push([name.slice(ENV.length), text])
      else if (Object.hasOwn(NAMES, name)) raw[name.toLowerCase()] = readValue(name, text, address)
      else if (name !== CALLBACK) faults.push(faultOf(PREFIX + name, unknownWords(name)))
    } catch (error) {
      faults.push(faultOf(PREFIX + name, messageOf(error)))
    }
  }
  if (env.length > 0) raw['env'] = Object.fromEntries(env)
  return { raw, faults }
}

function readValue(name: string, text: string, address: string | null): unknown {
  if (name === 'BINARY') return binaryOf(text.trim(), address)
  if (name === 'TIMEOUT' && /^[0-9]+$/.test(text.trim())) return `${text.trim()}s`
  switch (NAMES[name]) {
    case 'words':
      return parseWords(text).map(word => word.text)
    case 'name':
      return text.trim().toLowerCase()
    default:
      return text.trim()
  }
}

function unknownWords(name: string): string {
  const names = [...Object.keys(NAMES), CALLBACK].map(known => PREFIX + known)
  return `is not known.${didYouMean(PREFIX + name, names)} Known: ${names.join(', ')}, ${PREFIX}${ENV}NAME`
}

function keyOf(name: string): string {
  return name.length <= LONGEST_KEY ? name : createHash('sha256').update(name).digest('hex')
}
