import { describe, expect, test } from 'vitest'
import type { OpenBoard, Recorder, RecorderNews, Shell } from '../../src/hardware/types.ts'
import { silentLog } from '../../src/log.ts'
import { createEmbeddedSite, type EmbeddedSiteDeps } from '../../src/sites/embedded.ts'
import { createFakeClock, type FakeClock } from '../fake-clock.ts'
import { aBoard } from '../lab/samples.ts'
import { until } from '../until.ts'

const BOARD = aBoard('a1')
const probe = { kind: 'probe-board', board: BOARD, timeoutMs: 1000 } as const

type World = {
  site: ReturnType<typeof createEmbeddedSite>
  clock: FakeClock
  typed: string[]
  switched: string[]
  closed: string[]
  boards: OpenBoard[]
  /** Why boards cannot be opened just now; null when they can. */
  faults: { open: Error | null; opened: number }
}

/** A site on a board that only notes what reaches it; `work` is what a test wants done there. */
function world(work: (board: OpenBoard, signal: AbortSignal) => Promise<unknown>): World {
  const clock = createFakeClock()
  const typed: string[] = []
  const switched: string[] = []
  const closed: string[] = []
  const boards: OpenBoard[] = []
  const faults: World['faults'] = { open: null, opened: 0 }
  const state = { connected: true, since: 0, lastByteAt: null, problem: null, head: 0 }
  const recorder: Recorder = {
    where: 'here',
    state: () => state,
    listen: () => () => {},
    read: async function* () {
      yield { offset: 0, t: 0, bytes: Buffer.from('x') }
    },
    seek: async () => 0,
    marks: async () => [],
    connected: async () => {},
    write: async bytes => void typed.push(Buffer.from(bytes).toString()),
    sendBreak: async durationMs => void typed.push(`break ${durationMs}`),
    expectReset: () => {},
    close: async () => void closed.push('recorder'),
  }
  const deps: EmbeddedSiteDeps = {
    id: 'embedded',
    clock,
    log: silentLog,
    open: async board => {
      faults.opened++
      if (faults.open !== null) throw faults.open
      return {
        recorder,
        power: {
          where: 'outlet 1',
          state: async () => 'on',
          switch: async to => void switched.push(to),
          close: async () => {},
        },
        shell: write => ({ detach: async () => await write(Buffer.from('typed')) }) as unknown as Shell,
        close: async () => void closed.push(board.id),
      }
    },
    work: (_job, board, ctx) => {
      boards.push(board)
      return work(board, ctx.signal) as never
    },
  }
  return { site: createEmbeddedSite(deps), clock, typed, switched, closed, boards, faults }
}

const options = (token: number, signal = new AbortController().signal) => ({
  token,
  signal,
  onEvent: () => {},
})

describe('the embedded site', () => {
  test('P25 what a late holder types or switches never reaches the board', async () => {
    const { site, boards, typed, switched } = world(async () => ({}))
    site.watch(BOARD, () => {})
    await site.perform(probe, options(1))
    await site.perform(probe, options(2))
    const [late, now] = boards as [OpenBoard, OpenBoard]
    await expect(late.shell.detach()).rejects.toThrow('token 1, the board has seen 2')
    await expect(late.power?.switch('off', new AbortController().signal)).rejects.toThrow('lost')
    await now.shell.detach()
    await now.power?.switch('on', new AbortController().signal)
    expect(typed).toEqual(['typed'])
    expect(switched).toEqual(['on'])
    await expect(site.perform(probe, options(1))).rejects.toThrow('lost')
  })

  test('work that does not end after its abort is cut off at the gate, and says so', async () => {
    const { site, clock, boards } = world(() => new Promise(() => {}))
    site.watch(BOARD, () => {})
    const stop = new AbortController()
    const asked = site.perform(probe, options(1, stop.signal))
    const failed = expect(asked).rejects.toThrow('work on a1 did not end within 30 s and was cut off')
    await until(() => boards.length === 1, 'the work begins')
    stop.abort(new Error('cancelled'))
    await clock.pass(30_000)
    await failed
    await expect(boards[0]?.shell.detach()).rejects.toThrow('lost')
  })

  test('watching again closes what was open before; a gate remembers over that', async () => {
    const { site, closed } = world(async () => ({}))
    const news: RecorderNews[] = []
    site.watch(BOARD, entry => news.push(entry))
    await until(() => news.length === 1, 'the first state is told')
    expect(site.state('a1')?.connected).toBe(true)
    await site.perform(probe, options(5))
    site.watch(BOARD, () => {})
    await expect(site.perform(probe, options(4))).rejects.toThrow('lost')
    await until(() => closed.includes('a1'), 'the old one is closed')
    await site.unwatch('a1')
    expect(site.state('a1')).toBeNull()
    await expect(site.perform(probe, options(6))).rejects.toThrow('site embedded has no board a1')
    await site.close()
  })

  test('a board that could not be opened is tried again, slower and slower, and people see why it is not there', async () => {
    const { site, clock, faults } = world(async () => ({ responseMs: 1 }))
    const told: (string | null)[] = []
    const news = (entry: RecorderNews): void => {
      if (entry.kind === 'state') told.push(entry.state.connected ? null : entry.state.problem)
    }
    faults.open = new Error('no space left on device')
    site.watch(BOARD, news)
    await until(() => told.length === 1, 'it is told')
    expect(told).toEqual(['a1 could not be opened: no space left on device'])
    expect(site.state('a1')).toBeNull()
    await expect(site.perform(probe, options(1))).rejects.toMatchObject({
      message: 'a1 could not be opened: no space left on device',
      failure: { class: 'infrastructure', cause: 'no console', blame: 'lab' },
    })
    await clock.pass(1_000)
    await clock.pass(1_999)
    expect(faults.opened).toBe(2)
    await clock.pass(10 * 60_000)
    // 1, 2, 4 … 32 s, and once a minute from then on.
    expect(faults.opened).toBeLessThan(20)
    faults.open = null
    await clock.pass(60_000)
    expect(told.at(-1)).toBeNull()
    expect(await site.perform(probe, options(2))).toEqual({ responseMs: 1 })
    const { opened } = faults
    await clock.pass(10 * 60_000)
    expect(faults.opened).toBe(opened)
    await site.close()
  })

  test('a board that is left, or described otherwise, before it could be opened is not tried any more', async () => {
    const { site, clock, faults } = world(async () => ({}))
    faults.open = new Error('no such device')
    const told: RecorderNews[] = []
    site.watch(BOARD, entry => told.push(entry))
    await until(() => told.length === 1, 'it is told')
    const again: RecorderNews[] = []
    site.watch(BOARD, entry => again.push(entry))
    await until(() => again.length === 1, 'it is tried with what it is now')
    await site.unwatch('a1')
    await clock.pass(10 * 60_000)
    expect(faults.opened).toBe(2)
    expect([told.length, again.length, clock.timers]).toEqual([1, 1, 0])
  })

  test('the log of a board is read again from its recorder', async () => {
    const { site } = world(async () => ({}))
    site.watch(BOARD, () => {})
    const chunks: string[] = []
    for await (const chunk of site.read('a1', 0, 1)) chunks.push(Buffer.from(chunk.bytes).toString())
    for await (const chunk of site.read('nowhere', 0, 1)) chunks.push(Buffer.from(chunk.bytes).toString())
    expect(chunks).toEqual(['x'])
  })
})
