import { expect, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { LeaseLostError } from '../../src/errors.ts'
import type { OpenBoard, Recorder, Shell, Sysrq } from '../../src/hardware/types.ts'
import { silentLog } from '../../src/log.ts'
import { createEmbeddedSite, type RiggedBoard } from '../../src/sites/embedded.ts'
import { aBoard } from '../lab/samples.ts'

const probe = { kind: 'probe-board', board: aBoard('a1'), timeoutMs: 1000 } as const
const never = new AbortController().signal

async function opened(sysrq: RiggedBoard['sysrq']): Promise<{ boards: OpenBoard[]; done: string[] }> {
  const boards: OpenBoard[] = []
  const done: string[] = []
  const state = { connected: true, since: 0, lastByteAt: null, problem: null, head: 0 }
  const recorder = {
    state: () => state,
    listen: () => () => {},
    write: async (bytes: Uint8Array) => void done.push(Buffer.from(bytes).toString()),
    sendBreak: async (ms: number) => void done.push(`break ${ms}`),
  } as unknown as Recorder
  const site = createEmbeddedSite({
    ...{ id: 'embedded', clock: systemClock, log: silentLog },
    open: async () => ({
      ...{ recorder, power: null, shell: () => ({}) as Shell, close: async () => {} },
      ...(sysrq === undefined ? {} : { sysrq }),
    }),
    work: (_job, board) => Promise.resolve(boards.push(board)) as never,
  })
  site.watch(probe.board, () => {})
  for (const token of [1, 2]) await site.perform(probe, { token, signal: never, onEvent: () => {} })
  await site.close()
  return { boards, done }
}

test('P25 neither a break nor a key of a late holder reaches the board', async () => {
  const { boards, done } = await opened(({ write, sendBreak }) => ({
    press: async key => {
      await sendBreak(300)
      await write(Buffer.from(key))
      return ''
    },
  }))
  const [late, now] = boards
  await expect(late?.sysrq?.press('b', never)).rejects.toBeInstanceOf(LeaseLostError)
  expect(done).toEqual([])
  await now?.sysrq?.press('b', never)
  expect(done).toEqual(['break 300', 'b'])
})

test('where it is not allowed there is none', async () => {
  for (const none of [undefined, (): Sysrq | null => null]) {
    const { boards } = await opened(none)
    expect(boards.map(board => 'sysrq' in board)).toEqual([false, false])
  }
})
