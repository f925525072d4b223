/** `node leaky-server.ts well|memory|timer|file`: a server that leaves something behind at each request, or nothing. */

import { once } from 'node:events'
import { open } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveWatched } from './serve-watched.ts'

const KEPT = 200
const [, , fault = 'well'] = process.argv
const kept: unknown[] = []

const server = createServer((_request, response) => {
  answer().then(
    text => response.end(text),
    () => response.destroy(),
  )
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
serveWatched({
  port: (server.address() as AddressInfo).port,
  quiet: async () => server.closeIdleConnections(),
  close: async () => void server.close(),
})

async function answer(): Promise<string> {
  const rubbish = Array.from({ length: KEPT }, (_, n) => ({ n }))
  if (fault === 'memory') kept.push(rubbish)
  if (fault === 'timer') setInterval(() => {}, 3_600_000)
  if (fault === 'file') kept.push(await open(import.meta.filename))
  return `${rubbish.length}`
}
