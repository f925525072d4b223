import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startSimulatedLab } from '../../src/simulator/lab.ts'
import { until } from '../until.ts'
import { openConsole, processesOf, run } from './console-client.ts'

let dir = ''
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

test('a PDU really stops and starts the boards on its outlets, and reads back what they are', async () => {
  const lab = await startSimulatedLab({
    dir,
    boards: [
      { id: 'soc-a-1', port: 0, bootMs: 15 },
      { id: 'soc-a-2', port: 0, light: true, on: false },
    ],
    pdus: [
      { name: 'pdu-a', kind: 'http', port: 0, outlets: { 1: 'soc-a-1', 2: 'soc-a-2', 3: '' } },
      { name: 'pdu-b', kind: 'snmp', port: 0, community: 'private', outlets: {} },
    ],
  })
  try {
    const [one, two] = ['soc-a-1', 'soc-a-2'].map(id => lab.boards.get(id))
    const at = (path: string): string => `http://127.0.0.1:${lab.pdus.get('pdu-a')?.port}/outlet/${path}`
    const state = async (outlet: number): Promise<unknown> => {
      const reply = await fetch(at(String(outlet)), { signal: AbortSignal.timeout(5000) })
      return ((await reply.json()) as { state: unknown }).state
    }
    const post = (path: string): Promise<Response> =>
      fetch(at(path), { method: 'POST', signal: AbortSignal.timeout(5000) })
    await until(() => one?.isUp(), 'booted')
    expect([await state(1), await state(2), await state(3)]).toEqual(['on', 'off', 'on'])
    await post('1/off')
    await post('2/on')
    await post('3/off')
    expect([one?.isOn(), two?.isOn()]).toEqual([false, true])
    expect([await state(1), await state(2), await state(3)]).toEqual(['off', 'on', 'off'])
    expect(lab.pdus.get('pdu-b')?.port).toBeGreaterThan(0)
  } finally {
    await lab.close()
  }
  expect(processesOf('soc-a-1')).toEqual([])
})

test('when one part cannot start, the error says why and no other part is left running', async () => {
  const board = { id: 'soc-a-1', port: 0, light: true } as const
  const held = await startSimulatedLab({ dir, boards: [board], pdus: [] })
  try {
    const port = held.boards.get('soc-a-1')?.port ?? 0
    const boards = [
      { ...board, id: 'soc-a-2', port },
      { id: 'soc-a-3', port: 0, bootMs: 15 },
    ]
    await expect(startSimulatedLab({ dir, boards, pdus: [] })).rejects.toThrow('EADDRINUSE')
    expect(processesOf('soc-a-3')).toEqual([])
    const pdus = [{ name: 'pdu-a', kind: 'http', port: 0, outlets: { 1: 'soc-x' } }] as const
    await expect(startSimulatedLab({ dir, boards: [], pdus })).rejects.toThrow('pdu-a feeds a board soc-x')
  } finally {
    await held.close()
  }
})

test('twenty boards boot together, each a shell of its own', async () => {
  const ids = Array.from({ length: 20 }, (_, at) => `soc-${at}`)
  const lab = await startSimulatedLab({ dir, boards: ids.map(id => ({ id, port: 0, bootMs: 15 })), pdus: [] })
  try {
    const boards = [...lab.boards.values()]
    await until(() => boards.every(board => board.isUp()), 'all up', 30_000)
    const names = await Promise.all(
      boards.map(async board => {
        const client = await openConsole(board.port)
        const name = await run(client, 'uname -n; ls -A /tmp; touch /tmp/mine')
        client.close()
        return name
      }),
    )
    expect(names).toEqual(ids)
  } finally {
    await lab.close()
  }
  expect(ids.flatMap(id => processesOf(id))).toEqual([])
})

test('a thousand light boards take connections and prompt, with no process at all', async () => {
  const ids = Array.from({ length: 1000 }, (_, at) => `light-${at}`)
  const lab = await startSimulatedLab({
    dir,
    boards: ids.map(id => ({ id, port: 0, light: true })),
    pdus: [],
  })
  try {
    await until(() => [...lab.boards.values()].every(board => board.isUp()), 'all up')
    const client = await openConsole(lab.boards.get('light-999')?.port ?? 0)
    client.type('\r')
    await client.see('# ')
    client.close()
  } finally {
    await lab.close()
  }
})
