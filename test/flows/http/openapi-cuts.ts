/** Readers and senders that leave in the middle, each in another way. */

import { request } from 'node:http'
import { connect } from 'node:net'

const EACH = 8
const LOOPBACK = '127.0.0.1'
const SENT = 'Content-Disposition: form-data; name="file"; filename="hello"\r\n\r\n'

export type Target = {
  port: number
  /** Calls of each are counted. */
  keys: readonly string[]
  /** A test that goes on, and one that has a file large enough not to be read at once. */
  running: string
  ended: string
  file: string
  /** The address of loopback that they call from, as pages are counted by address. */
  from?: string
}

type Here = Target & { key: string }

/** Resolves when all of them have left. */
export async function cutOff(target: Target): Promise<void> {
  const all = Array.from({ length: EACH }, (_, n) => {
    const here = { ...target, key: target.keys[n % target.keys.length] ?? '' }
    return [...uploads(here), ...readers(here), ...waiters(here)]
  })
  await Promise.all(all.flat())
}

/** Bodies that stop in the middle of a file: known by their length, by parts, and in chunks. */
function uploads({ port, key, from }: Here): readonly Promise<void>[] {
  const head = (type: string, more: string): string =>
    `POST /api/v1/tests?family=socA HTTP/1.1\r\nHost: lab\r\nAuthorization: Bearer ${key}\r\nContent-Type: ${type}\r\n${more}\r\n\r\n`
  const form = 'multipart/form-data; boundary=x'
  const half = 'x'.repeat(100_000)
  return [
    hangUp(port, from, `${head(form, 'Content-Length: 1000000')}--x\r\n${SENT}${half}`),
    hangUp(port, from, `${head(form, 'Transfer-Encoding: chunked')}186a0\r\n--x\r\n${SENT}${half}`),
    hangUp(port, from, `${head('application/octet-stream', 'Content-Length: 1000000')}${half}`),
    hangUp(port, from, head('application/json', 'Content-Length: 1000')),
  ]
}

/** What has no end, and what is long, left when its head has come. */
function readers({ port, key, running, ended, file, from }: Here): readonly Promise<void>[] {
  return [
    `/api/v1/events?topic=queue&topic=boards&topic=run/${running}`,
    `/api/v1/tests/${running}/events`,
    `/api/v1/tests/${running}/log?follow=true`,
    '/api/v1/boards/soc-a-001/log?follow=true',
    `/api/v1/events/log?kind=run&id=${running}`,
    `/live/run/${running}`,
    `/artifacts/${ended}/${file}`,
    `/artifacts/${ended}/${file}?download`,
  ].map(path => leave(port, from, path, key))
}

/** Who does not wait for the answer at all. */
function waiters({ port, key, running, from }: Here): readonly Promise<void>[] {
  return [`/api/v1/tests/${running}/status?wait=60`, '/api/v1/queue', '/api/v1/openapi.json', '/'].map(path =>
    hangUp(port, from, `GET ${path} HTTP/1.1\r\nHost: lab\r\nAuthorization: Bearer ${key}\r\n\r\n`),
  )
}

async function hangUp(port: number, localAddress: string | undefined, text: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const socket = connect({ host: LOOPBACK, port, localAddress: localAddress ?? LOOPBACK })
  socket.on('error', () => {})
  socket.on('close', () => resolve())
  socket.write(text, () => setImmediate(() => socket.destroy()))
  await promise
}

async function leave(
  port: number,
  localAddress: string | undefined,
  path: string,
  key: string,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const headers = { Authorization: `Bearer ${key}` }
  const asked = request(
    { host: LOOPBACK, port, localAddress: localAddress ?? LOOPBACK, path, headers, agent: false },
    response => {
      response.on('error', () => {})
      response.on('close', () => resolve())
      if (response.statusCode !== 200) reject(new Error(`${path} is ${response.statusCode}`))
      asked.destroy()
    },
  )
  asked.on('error', () => resolve())
  asked.end()
  await promise
}
