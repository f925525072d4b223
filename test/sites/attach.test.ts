import { expect, test } from 'vitest'
import type { BoardConfig } from '../../src/config/types.ts'
import type { Recorder, RecorderNews, Shell } from '../../src/hardware/types.ts'
import { silentLog } from '../../src/log.ts'
import { createEmbeddedSite, type RiggedBoard } from '../../src/sites/embedded.ts'
import type { Site } from '../../src/sites/types.ts'
import { createFakeClock } from '../fake-clock.ts'
import { aBoard } from '../lab/samples.ts'
import { until } from '../until.ts'

const BOARD = aBoard('a1')
const PROBE = { kind: 'probe-board', board: BOARD, timeoutMs: 1_000 } as const

type Opened = { tell(text: string): void; typed: string[] }

/** A site whose consoles are opened by hand: each opening is another recorder. */
function world(): { site: Site; opened: Opened[]; refuse: { why: Error | null } } {
  const opened: Opened[] = []
  const refuse = { why: null as Error | null }
  const open = async (): Promise<RiggedBoard> => {
    if (refuse.why !== null) throw refuse.why
    const listeners = new Set<(news: RecorderNews) => void>()
    const typed: string[] = []
    const recorder = {
      state: () => ({ connected: true, since: 0, lastByteAt: null, problem: null, head: 5 }),
      listen: (listener: (news: RecorderNews) => void) => void listeners.add(listener),
      write: async (bytes: Uint8Array) => void typed.push(Buffer.from(bytes).toString()),
    } as unknown as Recorder
    const tell = (text: string): void => {
      const chunk = { offset: 5, t: 0, bytes: Buffer.from(text) }
      for (const listener of listeners) listener({ kind: 'chunk', chunk })
    }
    opened.push({ tell, typed })
    return { recorder, power: null, shell: () => ({}) as Shell, close: async () => {} }
  }
  const work = async (): Promise<never> => ({ responseMs: 1, kernel: null }) as never
  const clock = createFakeClock()
  return { site: createEmbeddedSite({ id: 'here', open, work, clock, log: silentLog }), opened, refuse }
}

function somebody() {
  const heard: string[] = []
  const ends: string[] = []
  const onNews = (news: RecorderNews): void => {
    if (news.kind === 'chunk') heard.push(Buffer.from(news.chunk.bytes).toString())
  }
  return { heard, ends, handlers: { onNews, onEnd: (why: string) => void ends.push(why) } }
}

test('M3.8 people stay at a console that is opened anew, and hear when the board leaves', async () => {
  const { site, opened } = world()
  site.watch(BOARD, () => {})
  const { heard, ends, handlers } = somebody()
  const typist = await site.attach('a1', null, { token: 1 }, handlers)
  expect(typist.state).toMatchObject({ connected: true, head: 5 })
  opened[0]?.tell('one')
  await typist.write(Buffer.from('a'))
  site.watch(BOARD, () => {})
  await until(() => opened.length === 2, 'it is opened again')
  await until(
    () =>
      typist.write(Buffer.from('b')).then(
        () => true,
        () => false,
      ),
    'it is typed at again',
  )
  opened[1]?.tell('two')
  expect(heard).toEqual(['one', 'two'])
  expect(opened.map(each => each.typed.join(''))).toEqual(['a', 'b'])
  await site.unwatch('a1')
  expect(ends).toEqual(['a1 is no board of this lab any more'])
})

test('P25 the gate is the one of all work at the board: a late token is not let in, a newer one shuts it', async () => {
  const { site, opened } = world()
  site.watch(BOARD, () => {})
  const options = { signal: new AbortController().signal, onEvent: () => {} }
  await site.perform(PROBE, { ...options, token: 4 })
  const { handlers } = somebody()
  await expect(site.attach('a1', null, { token: 3 }, handlers)).rejects.toThrow('lost')
  const typist = await site.attach('a1', null, { token: 4 }, handlers)
  await typist.write(Buffer.from('x'))
  await site.perform(PROBE, { ...options, token: 5 })
  await expect(typist.write(Buffer.from('y'))).rejects.toThrow('lost')
  expect(opened[0]?.typed).toEqual(['x'])
})

test('a board that is not there, or cannot be opened, is said so', async () => {
  const { site, refuse } = world()
  const { handlers } = somebody()
  await expect(site.attach('b2', null, { watch: true }, handlers)).rejects.toThrow(
    'site here has no board b2',
  )
  refuse.why = new Error('no room on the disk')
  site.watch(BOARD, () => {})
  await expect(site.attach('a1', null, { watch: true }, handlers)).rejects.toThrow('no room on the disk')
  await site.close()
})

test('M3.8 each console has its own line; the gate is the board’s; another one is never given for one that is not there', async () => {
  const lines = new Map<string, { typed: string[]; tell(text: string): void }>()
  const recorderOf = (name: string): Recorder => {
    const typed: string[] = []
    const listeners = new Set<(news: RecorderNews) => void>()
    const tell = (text: string): void => {
      const chunk = { offset: 0, t: 0, bytes: Buffer.from(text) }
      for (const listener of listeners) listener({ kind: 'chunk', chunk })
    }
    lines.set(name, { typed, tell })
    return {
      state: () => ({ connected: true, since: 0, lastByteAt: null, problem: null, head: 0 }),
      listen: (listener: (news: RecorderNews) => void) => void listeners.add(listener),
      write: async (bytes: Uint8Array) => void typed.push(Buffer.from(bytes).toString()),
    } as unknown as Recorder
  }
  const open = async ({ consoles }: BoardConfig): Promise<RiggedBoard> => ({
    recorder: recorderOf('main'),
    others: new Map(consoles.slice(1).map(({ name }) => [name, recorderOf(name)])),
    power: null,
    shell: () => ({}) as Shell,
    close: async () => {},
  })
  const [main] = BOARD.consoles
  const both = { ...BOARD, consoles: [main, { ...main, name: 'uart1' }] } as const
  const work = async (): Promise<never> => ({ responseMs: 1, kernel: null }) as never
  const site = createEmbeddedSite({ id: 'here', open, work, clock: createFakeClock(), log: silentLog })
  site.watch(both, () => {})
  const [first, second] = [somebody(), somebody()]
  const typist = await site.attach('a1', null, { token: 4 }, first.handlers)
  const other = await site.attach('a1', 'uart1', { token: 4 }, second.handlers)
  await typist.write(Buffer.from('a'))
  await other.write(Buffer.from('b'))
  lines.get('main')?.tell('one')
  lines.get('uart1')?.tell('two')
  expect([lines.get('main')?.typed, lines.get('uart1')?.typed]).toEqual([['a'], ['b']])
  expect([first.heard, second.heard]).toEqual([['one'], ['two']])
  await expect(site.attach('a1', 'uart2', { token: 4 }, second.handlers)).rejects.toThrow(
    'a1 is not open at its console "uart2"',
  )
  expect(await site.recorded('a1', 'uart2')).toBeNull()
  await site.perform(PROBE, { token: 5, signal: new AbortController().signal, onEvent: () => {} })
  await expect(other.write(Buffer.from('late'))).rejects.toThrow('lost')
  site.watch(BOARD, () => {})
  expect([first.ends, second.ends]).toEqual([[], ['a1 has no such console any more']])
  await site.close()
})
