/**
 * The floor under the endpoint. `node bare-http.ts URL DIR ACCEPT:PATH…`: a bare Koa that answers each path with the bytes
 * and type that URL answers it with; beside it bare streams: GET /file sends DIR/large.bin, PUT /plain and PUT /summed
 * write what comes to DIR, synced, the latter with its SHA-256.
 */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { open, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import Koa from 'koa'

export type BareSaid =
  | { say: 'ready'; koa: number; streams: number }
  | { say: 'usage'; n: number; cpuMs: number; rssBytes: number }

const [url = '', dir = '', ...paths] = process.argv.slice(2)
const answers = new Map<string, { type: string; body: Buffer }>()
for (const each of paths) {
  const [, accept = '', path = ''] = /^(.*?):(.*)$/.exec(each) ?? []
  const answer = await fetch(url + path, { headers: { accept } })
  const body = Buffer.from(await answer.arrayBuffer())
  answers.set(path, { type: answer.headers.get('content-type') ?? '', body })
}
const large = join(dir, 'large.bin')
const MIB = 1024 * 1024
await writeFile(large, Buffer.alloc(MIB))
const grown = await open(large, 'r+')
for (let at = 0; at < 1024; at++)
  await grown.write(Buffer.alloc(MIB, 'a piece of a large file '), 0, MIB, at * MIB)
await grown.close()

const app = new Koa()
app.use(ctx => {
  const answer = answers.get(ctx.url)
  if (answer === undefined) return
  ctx.set('Content-Type', answer.type)
  ctx.body = answer.body
})
const koa = app.listen(0, '127.0.0.1')
const streams = createServer((request, response) => {
  stream(request, response).catch(() => response.destroy())
}).listen(0, '127.0.0.1')
streams.once('listening', () => say({ say: 'ready', koa: portOf(koa), streams: portOf(streams) }))

async function stream(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET') {
    response.setHeader('Content-Length', (await stat(large)).size)
    return await pipeline(createReadStream(large), response)
  }
  const path = join(dir, 'taken.bin')
  const file = await open(path, 'w')
  const hash = createHash('sha256')
  const summed = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      done(null, chunk)
    },
  })
  // Synced before it is closed.
  const to = file.createWriteStream({ flush: true })
  if (request.url === '/summed') await pipeline(request, summed, to)
  else await pipeline(request, to)
  response.end(hash.digest('hex'))
  await rm(path)
}

function portOf(server: { address(): unknown }): number {
  return (server.address() as AddressInfo).port
}

function say(said: BareSaid): void {
  process.stdout.write(`${JSON.stringify(said)}\n`)
}

const input = createInterface({ input: process.stdin })
input.on('line', text => {
  const { usage } = JSON.parse(text) as { usage: number }
  const { user, system } = process.cpuUsage()
  say({ say: 'usage', n: usage, cpuMs: (user + system) / 1000, rssBytes: process.memoryUsage.rss() })
})
input.once('close', () => process.exit(0))
