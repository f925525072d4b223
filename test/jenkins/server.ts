import { createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/**
 * The side of Jenkins that is called: artifacts of its builds under `/job/JOB/N/artifact/`, and a receiver of results
 * under `/callback`, which checks the signature by itself, as docs/jenkins.md says.
 */
export type JenkinsServer = {
  /** With a slash at its end, as Jenkins has it. */
  readonly url: string
  readonly received: readonly Received[]
  /** Requests for anything else: nobody expected them. */
  readonly strange: readonly string[]
  archive(build: string, path: string, content: string): void
  /** What the next callbacks are answered with, one after the other; 200 when there is nothing left. */
  next(...answers: readonly Reply[]): void
  /** Takes back what the next callbacks were to be answered with. */
  forget(): void
  close(): Promise<void>
}

export type Reply = number | { status: number; headers: Record<string, string> } | 'hang' | 'cut'

export type Received = {
  path: string
  delivery: string
  isSigned: boolean
  timestamp: string
  signature: string
  answered: Reply
  text: string
  body: Record<string, unknown>
}

export async function startJenkins(secret: string): Promise<JenkinsServer> {
  const received: Received[] = []
  const strange: string[] = []
  const artifacts = new Map<string, string>()
  const replies: Reply[] = []
  const server = createServer((request, response) => {
    void serve(request, response)
  })

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(request.url ?? '')
    const artifact = artifacts.get(path)
    if (request.method === 'GET' && artifact !== undefined) response.end(artifact)
    else if (request.method === 'POST' && path.startsWith('/callback')) await take(request, response, path)
    else {
      strange.push(`${request.method} ${path}`)
      response.writeHead(404).end()
    }
  }

  async function take(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    let body = ''
    for await (const bytes of request) body += String(bytes)
    const answered = replies.shift() ?? 200
    const { headers } = request
    const timestamp = String(headers['x-boardroom-timestamp'])
    const signature = String(headers['x-boardroom-signature'])
    const expected = `sha256=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`
    received.push({
      path,
      delivery: String(headers['x-boardroom-delivery']),
      ...{ isSigned: signature === expected, timestamp, signature, text: body },
      answered,
      body: JSON.parse(body) as Record<string, unknown>,
    })
    if (answered === 'hang') return
    if (answered === 'cut') response.destroy()
    else if (typeof answered === 'number') response.writeHead(answered).end()
    else response.writeHead(answered.status, answered.headers).end()
  }

  const { promise, resolve } = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', resolve)
  await promise
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    received,
    strange,
    archive: (build, path, content) => void artifacts.set(`/job/${build}/artifact/${path}`, content),
    next: (...answers) => void replies.push(...answers),
    forget: () => void replies.splice(0),
    async close() {
      const { promise: closed, resolve: done } = Promise.withResolvers<void>()
      server.close(() => done())
      server.closeAllConnections()
      await closed
    },
  }
}
