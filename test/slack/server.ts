import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { authorised, METHODS, type Method, run, tooEarly } from './api/methods.ts'
import { argumentsOf, bytesOf } from './bodies.ts'
import type { Core } from './core.ts'
import type { CallFault } from './faults.ts'
import { type Json, recordOf } from './loose.ts'
import { Refused } from './refused.ts'
import { serveFile, takeUpload } from './transfers.ts'

/** The HTTP side of the workspace: /api/…, /response/…, /upload/…, /files/…; the socket's upgrade is beside it. */

export function createApiServer(core: () => Core): Server {
  return createServer((request, response) => {
    serve(core(), request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else json(response, 500, { ok: false, error: 'fatal_error', detail: String(error) })
    })
  })
}

async function serve(core: Core, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://stub')
  const [, area = '', name = ''] = pathname.split('/')
  if (area === 'files') return serveFile(core, request, response, name)
  if (request.method !== 'POST') return unexpected(core, request, response)
  const body = await bytesOf(request)
  if (area === 'api') return await answerCall(core, name, request, body, response)
  if (area === 'response') return await respond(core, name, body, response)
  if (area === 'upload')
    return takeUpload(core, name, Number(searchParams.get('length')), request, body, response)
  unexpected(core, request, response)
}

function unexpected(core: Core, request: IncomingMessage, response: ServerResponse): void {
  core.workspace.complain('unexpected_request', `${request.method} ${request.url}`, 'nothing is there')
  json(response, 404, { ok: false, error: 'not_found' })
}

async function answerCall(
  core: Core,
  name: string,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const fault = core.faults.takeCall(name)
  if (fault?.kind === 'slow') await core.delivery.pause(fault.ms)
  if (isInstead(fault, response)) return
  const method = METHODS[name]
  let args: Json = {}
  let answer: Json
  try {
    const asked = argumentsOf(request, body)
    args = asked.args
    if (!method) throw unknown(core, name)
    authorised(core, method, asked.token)
    if (fault?.kind === 'refuse') throw new Refused(fault.error)
    const seconds = tooEarly(core, name, method, args)
    if (seconds !== null) {
      core.calls.push({ method: name, args, answer: { ok: false, error: 'ratelimited' } })
      return limited(response, seconds)
    }
    if (asked.isJson && !method.takesJson) throw badJson(core, name)
    answer = run({ core, method: name, args }, method)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    answer = { ok: false, error: error.code, ...error.more }
  }
  core.calls.push({ method: name, args, answer })
  if (fault?.kind === 'lost-answer') response.destroy()
  else json(response, 200, answer, scopesOf(core, method))
}

function unknown(core: Core, name: string): Refused {
  core.workspace.complain('unknown_method', name, 'the stub has no such method')
  return new Refused('unknown_method', { req_method: name })
}

function badJson(core: Core, name: string): Refused {
  core.workspace.complain('invalid_arguments', name, 'takes a form, not JSON')
  return new Refused('invalid_arguments')
}

/** A fault that keeps the call from being carried out. */
function isInstead(fault: CallFault | null, response: ServerResponse): boolean {
  if (fault?.kind === 'rate-limit') limited(response, fault.seconds)
  else if (fault?.kind === 'status') response.writeHead(fault.status).end('the stub was told to fail')
  else if (fault?.kind === 'cut') response.destroy()
  else return false
  return true
}

function limited(response: ServerResponse, seconds: number): void {
  json(response, 429, { ok: false, error: 'ratelimited' }, { 'retry-after': String(seconds) })
}

function scopesOf(core: Core, method: Method | undefined): Record<string, string> {
  const { scopes } = core.workspace.app.rights
  const accepted = method?.scope ? { 'x-accepted-oauth-scopes': method.scope } : {}
  return { 'x-oauth-scopes': scopes.join(','), ...accepted }
}

async function respond(core: Core, id: string, body: Buffer, response: ServerResponse): Promise<void> {
  const fault = core.faults.takeCall('response_url')
  if (fault?.kind === 'slow') await core.delivery.pause(fault.ms)
  if (isInstead(fault, response)) return
  try {
    const given = parse(body)
    core.replies.use(core, id, given)
    core.calls.push({ method: 'response_url', args: given, answer: { ok: true } })
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    const isGone = ['expired_url', 'used_url', 'invalid_url'].includes(error.code)
    return json(response, isGone ? 404 : 400, { ok: false, error: error.code, ...error.more })
  }
  if (fault?.kind === 'lost-answer') response.destroy()
  else json(response, 200, { ok: true })
}

function parse(body: Buffer): Json {
  try {
    return recordOf(JSON.parse(body.toString()))
  } catch {
    throw new Refused('invalid_payload')
  }
}

export function json(
  response: ServerResponse,
  status: number,
  body: Json,
  headers: Record<string, string> = {},
): void {
  const type = { 'content-type': 'application/json; charset=utf-8' }
  response.writeHead(status, { ...type, ...headers }).end(JSON.stringify(body))
}
