import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Clock } from '../../../src/clock.ts'
import { createApp } from '../../../src/http/app.ts'
import { createStreams, type Streams } from '../../../src/http/live/streams.ts'
import { pageRoutes } from '../../../src/http/pages/routes.ts'
import type { RunFiles } from '../../../src/http/types.ts'
import { type LogFields, silentLog } from '../../../src/log.ts'
import type { LabPort } from '../../commands/lab-port.ts'
import { createShelf, type Shelf } from '../rig.ts'

export type Stage = {
  port: number
  files: Shelf
  streams: Streams
  /** Warnings and errors that were logged. */
  lines: string[]
}

/** The pages of a lab by hand on a port of their own, without the rest of the endpoint. */
export async function startPages(
  lab: LabPort,
  clock: Clock,
  more: { files?: RunFiles; most?: number } = {},
): Promise<Stage> {
  const files = await createShelf()
  const lines: string[] = []
  const keep = (fields: LogFields, text: string): void => void lines.push(`${text} ${JSON.stringify(fields)}`)
  const log = { ...silentLog, warn: keep, error: keep }
  const streams = createStreams({ clock, most: more.most ?? 100 })
  const app = createApp({
    routes: pageRoutes({ lab, files: more.files ?? files, timeZone: () => 'UTC', clock, log, streams }),
    handlers: [],
    callers: {
      identify: () => ({ status: 401, code: 'nobody', detail: 'Nobody calls here.', hint: 'Do not.' }),
      mayRead: () => null,
      roleOf: () => 'user',
    },
    rates: { take: () => 0, lanes: 0 },
    metrics: { begun: () => () => {}, scrape: async () => ({ type: '', text: '' }), close: () => {} },
    log,
    clock,
  })
  const answer = app.callback()
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  onTestFinished(async () => {
    streams.closeAll()
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  })
  return { port: (server.address() as AddressInfo).port, files, streams, lines }
}
