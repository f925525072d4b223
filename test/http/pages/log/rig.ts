import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Koa from 'koa'
import { systemClock } from '../../../../src/clock.ts'
import { createStreams } from '../../../../src/http/live/streams.ts'
import { assetRoutes } from '../../../../src/http/pages/assets.ts'
import { logRoutes } from '../../../../src/http/pages/log/data.ts'
import { answerLogPage } from '../../../../src/http/pages/log/log-page.ts'
import { createSearches } from '../../../../src/http/pages/log/searches.ts'
import type { LogLab } from '../../../../src/http/pages/log/types.ts'
import { createRouter, type Route } from '../../../../src/http/routes.ts'
import { createRunLogs } from '../../../../src/lab/logs/run-logs.ts'
import type { Run, RunCase } from '../../../../src/lab/types.ts'
import type { TimedBytes } from '../../../../src/storage/types.ts'
import { makeRun } from '../../../commands/lab-port.ts'

export type LogRig = {
  port: number
  /** Address of a log's page. */
  url(file?: string): string
  put(file: string, text: string | Buffer): void
  append(file: string, text: string): void
  seal(file: string): void
  /** What the test is from now on. */
  be(more: Partial<Run>): void
  cases: RunCase[]
  /** Waited for by each search. */
  beforeFind(): Promise<void>
  /** Streams that are open. */
  readonly open: number
  close(): Promise<void>
}

type Kept = { pieces: { t: number; bytes: Buffer }[]; size: number; sum: string }

/** 2026-11-20 12:00:00 in UTC. */
export const NOON = Date.UTC(2026, 10, 20, 12)

/** The log page over real sockets, of T12 whose files are written by hand. Whoever starts it closes it. */
export async function startLogRig(begin: Partial<Run> = {}): Promise<LogRig> {
  let run = makeRun({ id: 'T12', ...begin })
  const files = new Map<string, Kept>()
  const cases: RunCase[] = []
  let sums = 0
  const artifacts = {
    list: async (owner: string) =>
      [...(owner === 'T12' ? files : [])].map(([name, { size, sum }]) => ({
        name,
        size,
        sha256: sum,
        type: 'text/plain',
        storedAt: NOON,
      })),
    async *read(
      _owner: string,
      name: string,
      from = 0,
      to = Number.POSITIVE_INFINITY,
    ): AsyncGenerator<TimedBytes> {
      let offset = 0
      for (const { t, bytes } of files.get(name)?.pieces ?? []) {
        const [a, b] = [Math.max(from, offset), Math.min(to, offset + bytes.length)]
        if (b > a) yield { offset: a, t, bytes: bytes.subarray(a - offset, b - offset) }
        offset += bytes.length
      }
    },
  }
  const logs = createRunLogs({ artifacts, clock: systemClock })
  const lab: LogLab = {
    run: async id => (id === 'T12' ? run : null),
    logs: {
      ...logs,
      async find(...asked) {
        await rig.beforeFind()
        return await logs.find(...asked)
      },
    },
    cases: async () => cases,
    progress: () => null,
  }
  const streams = createStreams({ clock: systemClock, most: 50 })
  const deps = { lab, streams, clock: systemClock, timeZone: () => 'UTC', searches: createSearches() }
  const page: Route = {
    path: '/artifacts/:run/:file',
    methods: ['GET'],
    access: 'page',
    handle: (ctx, { run: id = '', file = '' }) =>
      answerLogPage(ctx, deps, {
        id,
        run: id === 'T12' ? run : null,
        file,
        files: [...files.keys(), 'results.xml'],
      }),
  }
  const router = createRouter([page, ...assetRoutes(), ...logRoutes(deps)])
  const app = new Koa()
  app.silent = true
  app.use(async ctx => {
    const found = router(ctx.method, ctx.path)
    if (found.kind === 'found' && found.route.access !== 'api') await found.route.handle(ctx, found.params)
  })
  const answer = app.callback()
  const server = createServer((request, response) => void answer(request, response))
  const listening = Promise.withResolvers<void>()
  server.listen(0, '127.0.0.1', () => listening.resolve())
  await listening.promise
  const { port } = server.address() as AddressInfo

  const keep = (file: string): Kept => {
    const known = files.get(file) ?? { pieces: [], size: 0, sum: '' }
    files.set(file, known)
    return known
  }
  const add = (file: string, bytes: Buffer): void => {
    const kept = keep(file)
    // As a disk gives them: no piece is longer than 64 kB; a second each.
    for (let at = 0; at < bytes.length; at += 65_536)
      kept.pieces.push({ t: NOON + kept.pieces.length * 1_000, bytes: bytes.subarray(at, at + 65_536) })
    kept.size += bytes.length
  }
  const rig: LogRig = {
    port,
    beforeFind: async () => {},
    url: (file = 'console.log') => `http://127.0.0.1:${port}/artifacts/T12/${file}`,
    put(file, text) {
      files.delete(file)
      add(file, Buffer.from(text))
      keep(file).sum = `sum ${++sums}`
    },
    append: (file, text) => add(file, Buffer.from(text)),
    seal(file) {
      keep(file).sum = `sum ${++sums}`
    },
    be(more) {
      run = { ...run, ...more }
    },
    cases,
    get open() {
      return streams.count
    },
    async close() {
      streams.closeAll()
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      server.closeAllConnections()
      await closed.promise
    },
  }
  return rig
}
