import { expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { LeaseLostError } from '../../src/errors.ts'
import type { BootLoader, OpenBoard, Recorder, Shell } from '../../src/hardware/types.ts'
import { silentLog } from '../../src/log.ts'
import { createEmbeddedSite, type RiggedBoard } from '../../src/sites/embedded.ts'
import { aBoard } from '../lab/samples.ts'

const probe = { kind: 'probe-board', board: aBoard('a1'), timeoutMs: 1000 } as const
const never = new AbortController().signal

/** What the work of three holders sees of a board, whose boot loader only types its command. */
async function opened(
  bootLoader: RiggedBoard['bootLoader'],
): Promise<{ boards: OpenBoard[]; typed: string[] }> {
  const boards: OpenBoard[] = []
  const typed: string[] = []
  const state = { connected: true, since: 0, lastByteAt: null, problem: null, head: 0 }
  const recorder = {
    state: () => state,
    listen: () => () => {},
    write: async (bytes: Uint8Array) => void typed.push(Buffer.from(bytes).toString()),
  } as unknown as Recorder
  const site = createEmbeddedSite({
    ...{ id: 'embedded', clock: systemClock, log: silentLog },
    open: async () => ({
      ...{ recorder, power: null, shell: () => ({}) as Shell, close: async () => {} },
      ...(bootLoader === undefined ? {} : { bootLoader }),
    }),
    work: (_job, board) => Promise.resolve(boards.push(board)) as never,
  })
  site.watch(probe.board, () => {})
  for (const token of [1, 2]) await site.perform(probe, { token, signal: never, onEvent: () => {} })
  await site.close()
  return { boards, typed }
}

test('P25 what a late holder types at the boot loader never reaches the board', async () => {
  const { boards, typed } = await opened(
    write => ({ set: (name: string) => write(Buffer.from(name)) }) as unknown as BootLoader,
  )
  const [late, now] = boards
  await expect(late?.bootLoader?.set('late', '', never)).rejects.toBeInstanceOf(LeaseLostError)
  await now?.bootLoader?.set('now', '', never)
  expect(typed).toEqual(['now'])
})

test('a board without one has none', async () => {
  for (const none of [undefined, () => null]) {
    const { boards } = await opened(none)
    expect(boards.map(board => 'bootLoader' in board)).toEqual([false, false])
  }
})
