import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Child, measured, startChild } from './child.ts'
import type { BareSaid } from './children/bare-http.ts'
import type { HttpSaid } from './children/http.ts'
import type { LoadSaid } from './children/load.ts'
import { type Figure, median, percentile, print } from './figures.ts'

const FINISHED = 100_000
const WITH_FILES = 10_000
const BOARDS = 1_000
const CLIENTS = 50
const LOAD_MS = 10_000
const MIB = 1024 * 1024
const LARGE = 1024 * MIB
const START_MS = 240_000
const ROUNDS = 3

/** What is asked for, and what Accept says. */
const PAGES = [
  { what: 'GET /api/v1/tests, 100 of 100,000', accept: 'application/json', path: '/api/v1/tests' },
  { what: 'GET /api/v1/boards, 100 of 1,000', accept: 'application/json', path: '/api/v1/boards' },
  { what: 'GET /artifacts, 100 of 10,000', accept: 'text/html', path: '/artifacts' },
] as const
const SINGLE = [
  { what: 'GET /metrics, one at a time', accept: '*/*', path: '/metrics' },
  {
    what: '500 lines out of a log of 100 MB, anywhere',
    accept: '*/*',
    path: '/live/log/T90000/output.log/lines?from=700000&count=500',
  },
  { what: 'the page of that log', accept: 'text/html', path: '/artifacts/T90000/output.log' },
  { what: 'the page of a test', accept: 'text/html', path: '/artifacts/T99999' },
  { what: 'the page of the lab', accept: 'text/html', path: '/' },
] as const
type Asked = (typeof PAGES | typeof SINGLE)[number]

let dir = ''
let product: Child<HttpSaid>
let bare: Child<BareSaid>
const port = { product: 0, koa: 0, streams: 0 }
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'boardroom-'))
  const data = join(dir, 'data')
  await measured('fill', [data, String(FINISHED), String(WITH_FILES)])
  product = startChild<HttpSaid>('http', [data, String(BOARDS)])
  port.product = await product.hear(said => (said.say === 'ready' ? said.port : null), 'it listens')
  const paths = [...PAGES, ...SINGLE].map(({ accept, path }) => `${accept}:${path}`)
  bare = startChild<BareSaid>('bare-http', [`http://127.0.0.1:${port.product}`, dir, ...paths])
  const ready = await bare.hear(said => (said.say === 'ready' ? said : null), 'the bare one listens')
  Object.assign(port, { koa: ready.koa, streams: ready.streams })
}, START_MS)
afterAll(async () => {
  await bare?.end()
  await product?.end()
  rmSync(dir, { recursive: true, force: true })
})

let asked = 0
type Usage = { say: 'usage'; n: number; cpuMs: number; rssBytes: number; heapBytes: number }

async function usage(child: Child<HttpSaid> | Child<BareSaid>, collect = false): Promise<Usage> {
  const n = ++asked
  child.tell({ usage: n, collect })
  const hear = (child as Child<Usage>).hear
  return await hear(said => (said.say === 'usage' && said.n === n ? said : null), 'usage')
}

type Load = LoadSaid & { cpuMs: number; rssBytes: number }

async function load(
  of: 'product' | 'koa',
  clients: number,
  ms: number,
  { accept, path }: Asked,
): Promise<Load> {
  const child = of === 'product' ? product : bare
  const args = [String(port[of]), String(clients), String(ms), accept, path]
  const before = await usage(child)
  const said = await measured<LoadSaid>('load', args)
  const after = await usage(child)
  return { ...said, cpuMs: (after.cpuMs - before.cpuMs) / said.requests, rssBytes: after.rssBytes }
}

function kilobytes({ bytes, requests }: LoadSaid): string {
  return `${Math.round(bytes / requests / 1000)} kB each`
}

test('pages of 100, 50 clients, closed loop', async () => {
  const figures: Figure[] = []
  const memory: string[] = []
  const statuses = new Set<string>()
  const before = await usage(product, true)
  for (const page of PAGES) {
    await load('product', CLIENTS, LOAD_MS / 5, page)
    const [ours, floor] = [
      await load('product', CLIENTS, LOAD_MS, page),
      await load('koa', CLIENTS, LOAD_MS, page),
    ]
    for (const status of Object.keys(ours.statuses)) statuses.add(status)
    const beside = (value: number): NonNullable<Figure['floor']> => ({
      what: 'a bare Koa, the same bytes',
      value,
    })
    const rate = (of: Load): number => of.requests / (of.tookMs / 1000)
    const p99 = (of: Load): number => percentile(of.each, 99)
    figures.push(
      {
        what: page.what,
        value: rate(ours),
        unit: 'a second',
        floor: beside(rate(floor)),
        note: kilobytes(ours),
      },
      { what: '  its p99', value: p99(ours), unit: 'ms', floor: beside(p99(floor)) },
      { what: '  CPU of each', value: ours.cpuMs, unit: 'ms', floor: beside(floor.cpuMs) },
    )
    memory.push(`${Math.round(ours.rssBytes / MIB)}`)
  }
  const last = await usage(product, true)
  const was = (bytes: number): string => `${Math.round(bytes / MIB)} MiB before`
  figures.push(
    {
      ...{ what: 'heap after all of it, collected', value: last.heapBytes / MIB, unit: 'MiB' },
      note: was(before.heapBytes),
    },
    {
      ...{ what: 'resident memory then', value: last.rssBytes / MIB, unit: 'MiB' },
      note: `${was(before.rssBytes)}, behind each ${memory.join(', ')}`,
    },
  )
  print(
    `Pages of 100: ${BOARDS} boards, ${FINISHED} past runs, ${CLIENTS} clients, ${LOAD_MS / 1000} s`,
    figures,
  )
  expect([...statuses]).toEqual(['200'])
})

test('single pages and a scrape', async () => {
  const figures: Figure[] = []
  const statuses = new Set<string>()
  for (const page of SINGLE) {
    const [ours, floor] = [await load('product', 1, 3_000, page), await load('koa', 1, 1_000, page)]
    for (const status of Object.keys(ours.statuses)) statuses.add(`${page.path} ${status}`)
    const note = `p99 ${percentile(ours.each, 99).toFixed(1)}, CPU ${ours.cpuMs.toFixed(1)} ms, ${kilobytes(ours)}`
    figures.push({
      ...{ what: page.what, value: median(ours.each), unit: 'ms', note },
      floor: { what: 'a bare Koa, the same bytes', value: median(floor.each) },
    })
  }
  print('Single pages, one client', figures)
  expect([...statuses]).toEqual(SINGLE.map(({ path }) => `${path} 200`))
})

type Moved = { ms: number; status: number; bytes: number; peakBytes: number }

/** The most memory that a process had while something was done. */
async function peaked<T>(pid: number, work: Promise<T>): Promise<T & { peakBytes: number }> {
  let peakBytes = 0
  const look = (): void => {
    const [, kib = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    peakBytes = Math.max(peakBytes, Number(kib) * 1024)
  }
  const timer = setInterval(look, 20)
  try {
    return Object.assign((await work) as T & object, { peakBytes })
  } finally {
    clearInterval(timer)
  }
}

async function answered(to: ReturnType<typeof request>): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  to.once('response', resolve).once('error', reject)
  return await promise
}

async function download(from: number, path: string): Promise<Omit<Moved, 'peakBytes'>> {
  const begun = performance.now()
  const response = await answered(request({ host: '127.0.0.1', port: from, path, agent: false }).end())
  let bytes = 0
  for await (const chunk of response) bytes += (chunk as Buffer).length
  return { ms: performance.now() - begun, status: response.statusCode ?? 0, bytes }
}

const PIECE = Buffer.alloc(MIB, 'a piece of a large upload ')
const BOUNDARY = 'a-boundary-of-the-bench'
const HEAD = [
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="family"\r\n\r\nf1\r\n`,
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="binary"; filename="large"\r\n\r\n`,
].join('')

function* body(isForm: boolean): Generator<Buffer> {
  if (isForm) yield Buffer.from(HEAD)
  for (let sent = 0; sent < LARGE; sent += MIB) yield PIECE
  if (isForm) yield Buffer.from(`\r\n--${BOUNDARY}--\r\n`)
}

async function upload(
  to: number,
  method: string,
  path: string,
  isForm: boolean,
): Promise<Omit<Moved, 'peakBytes'>> {
  const begun = performance.now()
  const headers = isForm ? { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` } : {}
  const sending = request({ host: '127.0.0.1', port: to, path, method, headers, agent: false })
  const [response] = await Promise.all([answered(sending), pipeline(Readable.from(body(isForm)), sending)])
  let bytes = 0
  for await (const chunk of response) bytes += (chunk as Buffer).length
  return { ms: performance.now() - begun, status: response.statusCode ?? 0, bytes }
}

test('1 GB down and up, and the memory it takes', async () => {
  const before = await usage(product)
  const grown = ({ peakBytes }: Moved): string =>
    `memory ${Math.round((peakBytes - before.rssBytes) / MIB)} MiB over`
  const speed = ({ ms }: { ms: number }): number => LARGE / MIB / (ms / 1000)
  const downs: Moved[] = []
  const bareDowns: number[] = []
  // By turns, so that both have the same neighbours; the first finds nothing in the disk's cache.
  for (let n = 0; n <= ROUNDS; n++) {
    // Watched too: to look costs the one that looks.
    bareDowns.push((await peaked(bare.pid, download(port.streams, '/file'))).ms)
    downs.push(await peaked(product.pid, download(port.product, '/artifacts/T90000/large.bin')))
  }
  const bareDown = { ms: median(bareDowns.slice(1)) }
  const down = {
    ...(downs[0] as Moved),
    ms: median(downs.slice(1).map(({ ms }) => ms)),
    peakBytes: Math.max(...downs.map(({ peakBytes }) => peakBytes)),
  }
  const plainUp = await peaked(bare.pid, upload(port.streams, 'PUT', '/plain', false))
  const summedUp = await peaked(bare.pid, upload(port.streams, 'PUT', '/summed', false))
  const up = await peaked(product.pid, upload(port.product, 'POST', '/api/v1/tests', true))
  print('A file of 1 GB', [
    {
      ...{ what: 'down', value: speed(down), unit: 'MiB/s', note: grown(down) },
      floor: { what: 'bare streams', value: speed(bareDown) },
    },
    {
      ...{ what: 'up, as a form, kept with its SHA-256', value: speed(up), unit: 'MiB/s', note: grown(up) },
      floor: { what: 'bare streams to a synced file', value: speed(plainUp) },
    },
    {
      ...{ what: '  the same', value: speed(up), unit: 'MiB/s' },
      floor: { what: 'bare streams that sum it too', value: speed(summedUp) },
    },
  ])
  expect([down.status, down.bytes]).toEqual([200, LARGE])
  expect([up.status, plainUp.status, summedUp.status]).toEqual([201, 200, 200])
})
