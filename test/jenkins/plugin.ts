import { type IncomingMessage, request } from 'node:http'

/**
 * Jenkins' Notification plugin as its source has it (jenkinsci/notification-plugin, Phase.java, Protocol.java,
 * JobListener.java): QUEUED and STARTED when a build begins, COMPLETED, FINALIZED; no headers of its own but a user's
 * name and password from the address as HTTP Basic; a 307 is followed; of the answer only the connection counts, so a
 * 500 is never tried again, and after a connection error the whole of it is sent again.
 */
export type Plugin = {
  /** Posts what it would of one phase; resolves with the status of each answer, 0 for a broken connection. */
  phase(build: Build, phase: Phase): Promise<readonly Posted[]>
  /** All phases of a build that ends with `status`, in order. */
  build(build: Build): Promise<readonly Posted[]>
}

export type Phase = 'QUEUED' | 'STARTED' | 'COMPLETED' | 'FINALIZED'
export type Posted = { phase: Phase; status: number; answer: unknown }

export type Build = {
  job: string
  number: number
  status?: 'SUCCESS' | 'UNSTABLE' | 'FAILURE' | 'ABORTED'
  parameters?: Readonly<Record<string, string>>
}

export type PluginOptions = {
  /** Of the webhook, with what is secret in it. */
  endpoint: string
  /** Jenkins' own; null: it was never told. */
  rootUrl?: string | null
  /** After a broken connection. */
  retries?: number
  /** How often each is posted although it was taken. */
  copies?: number
}

export function createPlugin({ endpoint, rootUrl = null, retries = 0, copies = 1 }: PluginOptions): Plugin {
  const phase: Plugin['phase'] = async (build, which) => {
    const posted: Posted[] = []
    for (let copy = 0; copy < copies; copy++) {
      for (let left = retries; ; left--) {
        const answer = await post(endpoint, JSON.stringify(stateOf(build, which, rootUrl)))
        posted.push({ phase: which, ...answer })
        if (answer.status !== 0 || left === 0) break
      }
    }
    return posted
  }
  return {
    phase,
    async build(build) {
      // Both are sent when it begins: the plugin hears of a build only then.
      const begun = [...(await phase(build, 'QUEUED')), ...(await phase(build, 'STARTED'))]
      return [...begun, ...(await phase(build, 'COMPLETED')), ...(await phase(build, 'FINALIZED'))]
    },
  }
}

function stateOf(
  { job, number, status = 'SUCCESS', parameters }: Build,
  phase: Phase,
  rootUrl: string | null,
) {
  const url = `job/${job}/${number}/`
  const isOver = phase === 'COMPLETED' || phase === 'FINALIZED'
  return {
    name: job,
    display_name: job,
    url: `job/${job}/`,
    build: {
      ...(rootUrl === null ? {} : { full_url: `${rootUrl}${url}` }),
      number,
      queue_id: 900 + number,
      timestamp: 1_479_600_000_000,
      duration: isOver ? 1_234 : 0,
      phase,
      ...(isOver ? { status } : {}),
      url,
      scm: { changes: [], culprits: [] },
      ...(parameters === undefined ? {} : { parameters }),
      log: '',
      notes: '',
      artifacts: {},
    },
  }
}

async function post(url: string, text: string): Promise<{ status: number; answer: unknown }> {
  const { username, password } = new URL(url)
  const { promise, resolve } = Promise.withResolvers<IncomingMessage | null>()
  const sent = request(url, {
    method: 'POST',
    agent: false,
    headers: {
      'Content-Type': 'application/json;charset=UTF-8',
      'Content-Length': Buffer.byteLength(text),
      ...(username === '' ? {} : { Authorization: `Basic ${btoa(`${username}:${password}`)}` }),
    },
  })
  sent.on('error', () => resolve(null))
  sent.on('response', resolve)
  sent.end(text)
  const response = await promise
  if (response === null) return { status: 0, answer: null }
  let body = ''
  for await (const bytes of response) body += String(bytes)
  const { statusCode = 0, headers } = response
  if (statusCode === 307) return await post(new URL(headers.location ?? '', url).href, text)
  return { status: statusCode, answer: read(body) }
}

function read(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
