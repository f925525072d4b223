/** One command as a route: what was sent is bound to its arguments, carried out, waited for and answered. */

import type { Context } from 'koa'
import type { Called, Outcome } from '../../commands/dispatch.ts'
import type { AnyCommand } from '../../commands/types.ts'
import { answerProblem, type Problem } from '../problem.ts'
import type { Params } from '../routes.ts'
import type { HttpCaller } from '../types.ts'
import { readAgain, refsOf } from './again.ts'
import { answerOutcome, answerResult } from './answer.ts'
import { type BoundCall, bindCall, type Given } from './bind.ts'
import { cameOf } from './came.ts'
import { fingerprintOf, type Idempotency, type Once, parseKey } from './idempotency.ts'
import { receivedOf } from './received.ts'
import { sumOf } from './sum.ts'
import type { ApiDeps, Received } from './types.ts'

export type ServeDeps = ApiDeps & { idempotency: Idempotency }

type Call = { ctx: Context; command: AnyCommand; caller: HttpCaller; bound: BoundCall; received: Received }

const NOTHING: Received = { fields: {}, files: new Map(), release: async () => {} }

export async function serve(
  ctx: Context,
  command: AnyCommand,
  params: Params,
  caller: HttpCaller,
  deps: ServeDeps,
): Promise<void> {
  const isRead = ctx.method === 'GET' || ctx.method === 'HEAD'
  const received = isRead ? NOTHING : await receivedOf(ctx, deps)
  if ('status' in received) return answerProblem(ctx, received)
  const gone = new AbortController()
  ctx.res.once('close', () => gone.abort())
  let once: Once<Outcome> | null = null
  const bound = bindCall(command, givenOf(ctx, params, received))
  const call: Call = { ctx, command, caller, bound, received }
  try {
    await waitFirst(call, deps, gone.signal)
    if (!gone.signal.aborted) once = await carryOut(call, deps)
  } finally {
    await received.release()
  }
  // Nobody is there any more to be answered.
  if (once !== null) await answerOnce(call, once, deps, gone.signal)
}

function givenOf(ctx: Context, path: Params, { fields, files }: Received): Given {
  const type = ctx.is('json', 'multipart')
  const kind = type === 'json' ? 'json' : type === 'multipart' ? 'form' : files.size > 0 ? 'raw' : 'none'
  const names = new Map(Array.from(files, ([part, { name }]) => [part, name] as const))
  return { path, query: new URLSearchParams(ctx.querystring), body: { kind, fields }, files: names }
}

/** A reader who waits for the end is answered with how it is then. */
async function waitFirst({ command, bound }: Call, { waiting }: ServeDeps, gone: AbortSignal): Promise<void> {
  const { waits } = command.http ?? {}
  if (waits === undefined || bound.waitMs === 0 || bound.faults.length > 0) return
  const args = command.args.safeParse(bound.raw)
  if (args.success) await waiting.until(waits(args.data), bound.waitMs, gone)
}

async function carryOut(call: Call, deps: ServeDeps): Promise<Once<Outcome>> {
  const { ctx, command, caller, bound } = call
  const header = ctx.get('Idempotency-Key')
  // A word for a console is in no answer twice; to ask for another does no harm.
  if (header === '' || command.http?.method === 'GET' || command.private === true || bound.faults.length > 0)
    return { kind: 'first', value: await dispatched(call, deps) }
  const key = parseKey(header)
  if (key === null) return { kind: 'problem', problem: NO_KEY, replayed: false }
  const fingerprint = await fingerprintFor(call)
  const person = caller.person.id
  return await deps.idempotency.once({ person, key, fingerprint }, async request => {
    const value = await dispatched(call, deps, request)
    return { value, came: cameOf(value, bound) }
  })
}

async function fingerprintFor({ command, bound, received }: Call): Promise<string> {
  const { raw, confirmed, file } = bound
  const upload = file === null ? undefined : received.files.get(file.part)
  return fingerprintOf([command.name, raw, confirmed, upload === undefined ? null : await sumOf(upload)])
}

async function dispatched(
  call: Call,
  { dispatcher, home, lab }: ServeDeps,
  request?: string,
): Promise<Outcome> {
  const { command, caller, bound, received } = call
  const upload = bound.file === null ? undefined : received.files.get(bound.file.part)
  const called: Called = {
    command,
    raw: bound.raw,
    faults: bound.faults,
    person: caller.person,
    where: caller.where,
    origin: home.origin(request),
    // A word only ever means what was sent along: never a file of this machine.
    file: async word => (word === bound.file?.word ? (upload ?? null) : null),
    confirmed: bound.confirmed,
  }
  const outcome = await dispatcher.call(called)
  const isNew = outcome.kind === 'done' && command.http?.status === 201
  const run = isNew && outcome.started?.startsWith('run/') ? await lab.run(outcome.started.slice(4)) : null
  if (run !== null) home.posted(run)
  return outcome
}

async function answerOnce(
  { ctx, command, bound }: Call,
  once: Once<Outcome>,
  deps: ServeDeps,
  gone: AbortSignal,
): Promise<void> {
  if (once.kind === 'problem') {
    if (once.replayed) ctx.set('Idempotent-Replay', 'true')
    return answerProblem(ctx, once.problem)
  }
  if (once.kind === 'first' && once.value.kind !== 'done')
    return await answerOutcome(ctx, command, bound, once.value, deps)
  const topic =
    once.kind === 'again' ? once.kept.topic : once.value.kind === 'done' ? once.value.started : null
  const hasWaited = bound.waitMs > 0 && topic !== null && command.http?.waits === undefined
  if (hasWaited) await deps.waiting.until(topic, bound.waitMs, gone)
  if (gone.aborted) return
  if (once.kind === 'first' && !hasWaited) return await answerOutcome(ctx, command, bound, once.value, deps)
  const before =
    once.kind === 'again' ? once.kept.body : once.value.kind === 'done' ? once.value.result : null
  const refs = once.kind === 'again' ? once.kept.refs : refsOf(before)
  const now = await readAgain(command, before, refs, deps.lab)
  if (once.kind === 'again') ctx.set('Idempotent-Replay', 'true')
  if (now === null) answerProblem(ctx, OVER)
  else answerResult(ctx, command, now, topic, deps)
}

const NO_KEY: Problem = {
  status: 400,
  code: 'idempotency-key',
  detail: 'The header Idempotency-Key holds no key.',
  hint: 'Write up to 200 letters, digits and signs without spaces, best a UUID, with or without quotes.',
}

const OVER: Problem = {
  status: 410,
  code: 'removed',
  detail: 'This was done under the same Idempotency-Key, and what it made is over and no longer kept.',
  hint: 'Take a new key to ask for it once more.',
}
