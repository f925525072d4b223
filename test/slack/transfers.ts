import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Core } from './core.ts'
import type { StoredFile } from './workspace.ts'

/** Bytes of files: up to an address good for one file, down with the bot's token. */

export function takeUpload(
  core: Core,
  id: string,
  length: number,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): void {
  const file = core.workspace.files.get(id)
  if (!file || file.bytes.length > 0) {
    response.writeHead(404).end('no upload is expected here')
    return
  }
  const bytes = contentOf(request.headers['content-type'] ?? '', body)
  if (bytes.length !== length) {
    core.workspace.complain('wrong_length', 'upload', `${bytes.length} bytes, said were ${length}`)
    response.writeHead(400).end('wrong length')
    return
  }
  file.bytes = bytes
  response.writeHead(200, { 'content-type': 'text/plain' }).end(`OK - ${bytes.length}`)
}

/** The bytes themselves, or the only part of a multipart form: the client's way (web-api, WebClient.serializeBody). */
function contentOf(type: string, body: Buffer): Buffer {
  const boundary = /^multipart\/form-data; *boundary="?([^";]+)/.exec(type)?.[1]
  if (boundary === undefined) return body
  const start = body.indexOf('\r\n\r\n') + 4
  const end = body.lastIndexOf(`\r\n--${boundary}--`)
  return body.subarray(start, end)
}

/** Who may not read it gets a page to log in, with status 200, as from Slack. */
export function serveFile(
  core: Core,
  request: IncomingMessage,
  response: ServerResponse,
  name: string,
): void {
  const fault = core.faults.takeCall('files')
  const file = core.workspace.files.get(name.split('-')[1] ?? '')
  if (fault?.kind === 'status') {
    response.writeHead(fault.status).end()
    return
  }
  if (!file || !mayRead(core, request, file)) {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(LOG_IN)
    return
  }
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': file.bytes.length })
  if (fault?.kind === 'cut' || fault?.kind === 'lost-answer')
    response.write(file.bytes.subarray(0, file.bytes.length / 2), () => response.destroy())
  else response.end(file.bytes)
}

const LOG_IN =
  '<!DOCTYPE html><html><head><title>Sign in | Slack</title></head><body>Sign in to your workspace</body></html>'

function mayRead({ workspace }: Core, request: IncomingMessage, file: StoredFile): boolean {
  const hasToken = request.headers.authorization === `Bearer ${workspace.tokens.bot}`
  const sees = [...file.sharedIn].some(id => workspace.conversations.get(id)?.members.has(workspace.bot.user))
  const isAllowed =
    hasToken && workspace.revoked.bot === null && workspace.app.rights.scopes.includes('files:read')
  if (hasToken && !isAllowed && workspace.revoked.bot === null)
    workspace.complain('missing_scope', 'files', 'needs files:read')
  return isAllowed && (sees || file.owner === workspace.bot.user || file.sharedIn.has('modal'))
}
