import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '../../../../src/clock.ts'
import { HardwareError } from '../../../../src/errors.ts'
import {
  type BoardRecorder,
  createRecorder,
  type RecorderOptions,
} from '../../../../src/hardware/console/recorder/recorder.ts'
import { telnet } from '../../../../src/hardware/console/telnet.ts'
import type { ConsoleHandlers, ConsoleOpener, RecorderNews } from '../../../../src/hardware/types.ts'
import { silentLog } from '../../../../src/log.ts'
import type { FakeClock } from '../../../fake-clock.ts'

export const never = new AbortController().signal

export type Desk = {
  dir(): string
  open(): Promise<void>
  record(opener: ConsoleOpener, clock: Clock, more?: Partial<RecorderOptions>): Promise<BoardRecorder>
  close(): Promise<void>
}

/** Recorders with a folder to write to, gone after each test. */
export function createDesk(): Desk {
  const recorders: BoardRecorder[] = []
  let dir = ''
  return {
    dir: () => dir,
    async open() {
      dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
    },
    async record(opener, clock, more = {}) {
      const recorder = await createRecorder({ board: 'a1', opener, dir, clock, log: silentLog, ...more })
      recorders.push(recorder)
      return recorder
    },
    async close() {
      for (const recorder of recorders.splice(0)) await recorder.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

export function opensTelnet(port: number, clock: Clock = systemClock): ConsoleOpener {
  return telnet.create(telnet.schema.parse({ host: '127.0.0.1', port }), { clock, log: silentLog })
}

export function hear(recorder: BoardRecorder) {
  const news: RecorderNews[] = []
  recorder.listen(item => void news.push(item))
  const text = (): string =>
    Buffer.concat(news.flatMap(item => (item.kind === 'chunk' ? [item.chunk.bytes] : []))).toString()
  return {
    news,
    text,
    findings: () => news.flatMap(item => (item.kind === 'finding' ? [item.finding.title] : [])),
    states: () => news.flatMap(item => (item.kind === 'state' ? [item.state] : [])),
  }
}

export async function readText(recorder: BoardRecorder, from = 0, to = Infinity): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const chunk of recorder.read(from, to)) parts.push(chunk.bytes)
  return Buffer.concat(parts).toString()
}

/** A console in the test's hand: it opens when it is told to. */
export function createHandOpener() {
  const tries: number[] = []
  let handlers: ConsoleHandlers | null = null
  let works = true
  const closed: string[] = []
  const opener = (clock: FakeClock): ConsoleOpener => ({
    where: 'hand',
    async open(given) {
      tries.push(clock.mono())
      if (!works)
        throw new HardwareError('no console at hand: refused', {
          hint: '-',
          cause: 'no console',
          blame: 'board',
        })
      handlers = given
      return {
        write: () => Promise.resolve(),
        sendBreak: () => Promise.resolve(),
        close: () => void closed.push('closed'),
      }
    },
  })
  return {
    opener,
    tries,
    closed,
    refuse: (refuses: boolean) => {
      works = !refuses
    },
    say: (text: string) => handlers?.onBytes(Buffer.from(text)),
    lose: () => handlers?.onClose('closed by the other side'),
  }
}
