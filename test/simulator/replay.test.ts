import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSimulatedBoard } from '../../src/simulator/board.ts'
import { until } from '../until.ts'
import { run, withBoard } from './console-client.ts'

let dir = ''
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
})
afterAll(() => rm(dir, { recursive: true, force: true }))

async function recorded(name: string, text: string): Promise<string> {
  const file = join(dir, name)
  await writeFile(file, text)
  return file
}

const PANIC = '[   12.500000] Kernel panic - not syncing: Fatal exception in interrupt\r\n'
const START = '[    0.000000] Linux version 6.1.0 (a@b) (gcc) #1 SMP\r\n'

test('a recorded log is printed byte for byte, and `replay 3` exits with 3', async () => {
  const lines = Array.from({ length: 20_000 }, (_, at) => `ok ${at + 1} case\r\n`).join('')
  await withBoard({ replay: await recorded('passing.log', lines) }, async (_board, client) => {
    client.clear()
    await run(client, 'replay 3')
    expect(client.text()).toContain(lines)
    expect(client.text()).toContain('END 3')
    client.clear()
    await run(client, 'replay')
    expect(client.text()).toContain('END 0')
  })
})

test('a log that ends in a panic leaves the board dead until it is switched off and on', async () => {
  const file = await recorded('panic.log', `ok 1 first\r\n${PANIC}`)
  await withBoard({ replay: file }, async (board, client) => {
    client.type('replay\r')
    await client.see('Fatal exception in interrupt')
    await until(() => !board.isUp(), 'dead')
    expect(board.isOn()).toBe(true)
    board.power(false)
    board.power(true)
    await until(board.isUp, 'up again')
  })
})

test('a board that had started again after its panic is alive at the end of the log', async () => {
  const file = await recorded('rebooted.log', `${PANIC}${START}# `)
  await withBoard({ replay: file }, async (board, client) => {
    client.clear()
    await run(client, 'replay')
    expect(client.text()).toContain('END 0')
    expect(board.isUp()).toBe(true)
  })
})

test('a replay ends with the power, and the next one begins at the beginning', async () => {
  const file = await recorded('long.log', `first line\r\n${'x'.repeat(1 << 20)}\r\nlast line\r\n`)
  await withBoard({ replay: file, baud: 1_000_000 }, async (board, client) => {
    client.type('replay\r')
    await client.see('first line')
    board.power(false)
    board.power(true)
    await until(board.isUp, 'up again')
    client.clear()
    client.type('replay\r')
    await client.see('first line')
    expect(client.text()).not.toContain('last line')
  })
})

test('a log that cannot be read is no board', async () => {
  const board = createSimulatedBoard({ id: 'lost', dir, port: 0, replay: join(dir, 'nowhere.log') })
  await expect(board).rejects.toThrow('ENOENT')
})
