/** `node http.ts DATA_DIR BOARDS`: the endpoint over a real lab on real stores, whose boards do nothing of themselves. */

import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { filesOf, healthFacts, uploadsOf } from '../../../src/app/facts.ts'
import { openStorage } from '../../../src/app/storage.ts'
import { createSteadyClock, systemClock } from '../../../src/clock.ts'
import { createDispatcher } from '../../../src/commands/dispatch.ts'
import { commands } from '../../../src/commands/registry.ts'
import { createHttp } from '../../../src/http/http.ts'
import { createLab } from '../../../src/lab/index.ts'
import { silentLog } from '../../../src/log.ts'
import { createInbox } from '../../../src/mail/inbox.ts'
import { createMemoryLeaseStore } from '../../../src/storage/index.ts'
import { aBoard, anInventory, someSettings } from '../../lab/samples.ts'
import { createScriptedSite } from '../../lab/scripted-site.ts'

export type HttpSaid =
  | { say: 'ready'; port: number }
  | { say: 'usage'; n: number; cpuMs: number; rssBytes: number; heapBytes: number }
/** With `collect` the heap is what is left of it after a collection. */
export type HttpTold = { usage: number; collect: boolean }

const MIB = 1024 * 1024
const FAMILIES = 20
const UNLIMITED = 1_000_000
/** What a test of this run is read from; both are made once. */
const OWNER = 'T90000'
const LOG_BYTES = 100 * MIB
const LARGE_BYTES = 1024 * MIB

const [dataDir = '', count = '0'] = process.argv.slice(2)
const clock = createSteadyClock(systemClock)
const log = silentLog
const storage = await openStorage({
  environment: { dataDir, artifactDir: join(dataDir, 'artifacts') },
  ...{ clock, log },
  exit: error => {
    throw error
  },
})
const boards = Array.from({ length: Number(count) }, (_, n) =>
  aBoard(`b-${n}`, { family: `f${n % FAMILIES}` }),
)
const inventory = anInventory(boards, { settings: someSettings({ queueLimit: UNLIMITED }) })
const site = createScriptedSite()
const lab = await createLab({
  ...storage,
  leaseStore: createMemoryLeaseStore({ clock }),
  siteOf: () => site,
  inventory,
  readInventory: async () => inventory,
  publicUrl: () => 'http://127.0.0.1',
  callerRoles: () => 'admin',
  ...{ clock, log },
})
await lab.start()
const { artifacts } = storage
await fill()
// As the clock hand does: every board was asked once, and answered.
await lab.checkBoards()
const home = { channel: 'home', place: 'home' }
const http = createHttp({
  ...{ host: '127.0.0.1', port: 0, lab, clock, log, version: 'bench', handlers: [], jenkinsSecret: null },
  dispatcher: createDispatcher({ commands, lab, log, clock }),
  inbox: createInbox({ ...lab.inbox, clock, log }),
  files: filesOf(storage),
  uploads: uploadsOf(storage),
  callers: {
    ...{ keys: [], trusted: [], hosts: ['127.0.0.1'] },
    keylessRole: () => 'admin',
    pagesNeedKey: () => false,
  },
  home: { origin: () => home, posted: () => {} },
  health: () => ({ ...healthFacts(lab, storage, 'bench', 0), stopping: false }),
  timeZone: () => 'UTC',
  limits: { fileBytes: 2 * LARGE_BYTES, perMinute: UNLIMITED, burst: UNLIMITED },
})
const { port } = await http.start()
say({ say: 'ready', port })

/** Only asked for where nothing is measured: the flag costs nothing until it is used. */
function collected(): void {
  setFlagsFromString('--expose-gc')
  const gc: unknown = runInNewContext('gc')
  for (let n = 0; n < 3; n++) if (typeof gc === 'function') gc()
}

function say(said: HttpSaid): void {
  process.stdout.write(`${JSON.stringify(said)}\n`)
}

/** A log of 100 MB and a file of 1 GB, as a test would have left them. */
async function fill(): Promise<void> {
  if ((await storage.artifacts.list(OWNER)).length > 0) return
  const growing = await artifacts.open(OWNER, 'output.log', 'text/plain')
  const line = (n: number): string => `\x1b[32m[ ${n} ]\x1b[0m step ${n} of many came out as it should\r\n`
  const from = clock.now()
  for (let n = 0; growing.size < LOG_BYTES; n += 1000) {
    const text = Array.from({ length: 1000 }, (_, at) => line(n + at)).join('')
    growing.append(Buffer.from(text), from + n)
    // What is not on its way to the disk by then is let go when too much of it waits.
    await setTimeout(2)
  }
  await growing.seal()
  if (growing.dropped > 0) throw new Error(`${growing.dropped} bytes of the log were let go`)
  const piece = Buffer.alloc(MIB, 'a piece of a large file ')
  const large = Readable.from(
    (function* () {
      for (let sent = 0; sent < LARGE_BYTES; sent += MIB) yield piece
    })(),
  )
  const staged = await artifacts.stage('large.bin', large, 2 * LARGE_BYTES)
  await artifacts.add(OWNER, staged, 'application/octet-stream')
}

const input = createInterface({ input: process.stdin })
input.on('line', text => {
  const { usage, collect } = JSON.parse(text) as HttpTold
  const { user, system } = process.cpuUsage()
  if (collect) collected()
  const { rss, heapUsed } = process.memoryUsage()
  say({ say: 'usage', n: usage, cpuMs: (user + system) / 1000, rssBytes: rss, heapBytes: heapUsed })
})
input.once('close', () => {
  http
    .stop(1000)
    .then(() => lab.stop())
    .then(() => storage.close())
    .then(
      () => process.exit(0),
      () => process.exit(1),
    )
})
