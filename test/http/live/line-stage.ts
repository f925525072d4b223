import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Clock, systemClock } from '../../../src/clock.ts'
import { createDispatcher } from '../../../src/commands/dispatch.ts'
import { commands } from '../../../src/commands/registry.ts'
import type { ApiRoute } from '../../../src/http/api/types.ts'
import { eventRoutes } from '../../../src/http/live/events.ts'
import { lineRoute } from '../../../src/http/live/line.ts'
import { createStreams, type Streams } from '../../../src/http/live/streams.ts'
import { createGate } from '../../../src/http/uploads/gate.ts'
import { receive } from '../../../src/http/uploads/receive.ts'
import type { Run } from '../../../src/lab/types.ts'
import { silentLog } from '../../../src/log.ts'
import { openArtifacts } from '../../../src/storage/artifacts.ts'
import type { LabPort } from '../../commands/lab-port.ts'
import { testDeps } from '../../storage/toy.ts'

export type LineStage = {
  routes: readonly ApiRoute[]
  streams: Streams
  /** Tests whose card was posted where people are. */
  posted: Run[]
}

/** The routes of the remote command line on a lab by hand, and a real store for what comes in. */
export async function lineStage(lab: LabPort, clock: Clock = systemClock): Promise<LineStage> {
  const dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const uploads = await openArtifacts({ ...testDeps(), dir })
  const streams = createStreams({ clock, most: 20 })
  const posted: Run[] = []
  const gate = createGate(4)
  const limits = { bodyBytes: 200_000, fileBytes: 3_000_000 }
  const line = lineRoute({
    dispatcher: createDispatcher({ commands, lab, log: silentLog, clock }),
    lab,
    log: silentLog,
    home: { origin: () => ({ channel: 'home', place: 'home' }), posted: run => void posted.push(run) },
    receive: ctx => receive(ctx, { uploads, limits, gate }),
  })
  return { routes: [line, ...eventRoutes({ lab, streams, clock })], streams, posted }
}
