import { expect, test } from 'vitest'
import { until } from '../until.ts'
import { openConsole, run, withBoard } from './console-client.ts'

test('a hung board swallows everything and says nothing, until it is switched off and on', async () => {
  await withBoard({}, async (board, client) => {
    client.type('while :; do echo tick; sleep 0.01; done\r')
    await client.see('tick\r\ntick')
    board.faults.set({ hang: true })
    client.clear()
    client.type('\x03echo swallowed\r')
    await until(
      () => board.record.some(event => event.kind === 'typed' && event.text.includes('swallowed')),
      'typed',
    )
    expect(client.text()).not.toContain('swallowed')
    expect(board.isUp()).toBe(false)
    board.power(false)
    board.power(true)
    await client.see(/U-Boot[\s\S]*# $/)
    expect(await run(client, 'echo well')).toBe('well')
  })
})

test('a board that never prompts boots and stays silent', async () => {
  await withBoard({ faults: { neverPrompts: true } }, async (board, client) => {
    await client.see('Run /sbin/init')
    client.clear()
    client.type('\r\r')
    await until(() => board.record.some(event => event.kind === 'typed'), 'typed')
    expect(client.text()).toBe('')
    board.faults.set({ neverPrompts: false })
    board.reset()
    await client.see(/# $/)
  })
})

test('a console that refuses connections keeps the one it has, and takes new ones when it is over', async () => {
  await withBoard({ light: true }, async (board, client) => {
    board.faults.set({ refuses: true })
    await until(
      () =>
        openConsole(board.port)
          .then(one => one.close())
          .then(
            () => false,
            () => true,
          ),
      'refused',
    )
    client.type('still\r')
    await client.see('still')
    client.close()
    board.faults.set({ refuses: false })
    const again = await until(() => openConsole(board.port).catch(() => null), 'listening again')
    again.type('again\r')
    await again.see('again')
    again.close()
  })
})

test('the connection is closed once after so many bytes, and the next one lives', async () => {
  await withBoard({}, async (board, client) => {
    await client.see(/# $/)
    client.clear()
    board.faults.set({ closeAfterBytes: 5000 })
    client.type('seq 100000\r')
    await until(client.isClosed, 'closed')
    expect(client.text().length).toBe(5000)
    expect(board.record.findLast(event => event.kind === 'disconnect')).toMatchObject({ by: 'board' })
    const next = await openConsole(board.port)
    next.type('\x03')
    expect(await run(next, 'echo here')).toContain('here')
    next.close()
  })
})

test('a flood comes as fast as it is read until it is stopped, and the shell is there afterwards', async () => {
  await withBoard({}, async (board, client) => {
    board.faults.set({ flood: true })
    await until(() => client.raw().length > 20_000_000, '20 MB')
    board.faults.set({ flood: false })
    expect(await run(client, 'echo dry')).toContain('dry')
  })
})

test('a slow line adds its delay both ways', async () => {
  await withBoard({ faults: { slowMs: 60 } }, async (board, client) => {
    const from = performance.now()
    client.type('x')
    await client.see(/# x$/)
    expect(performance.now() - from).toBeGreaterThan(119)
    board.faults.set({ slowMs: 0 })
    client.type('\x03')
    expect(await run(client, 'echo fast')).toBe('fast')
  })
})

test('lost bytes never arrive, garbled ones arrive as others', async () => {
  await withBoard({ light: true }, async (board, client) => {
    board.faults.set({ loseIn: 1 })
    client.type('lost')
    await until(
      () => board.record.some(event => event.kind === 'typed' && event.text.includes('lost')),
      'typed',
    )
    board.faults.set({ loseIn: 0.5 })
    client.type('.'.repeat(1000))
    await client.see(/\.{100}/)
    board.faults.set({ loseIn: 0, garble: 1 })
    client.clear()
    client.type('garbled')
    await until(() => client.text().length === 7, 'seven bytes')
    expect([...client.text()].some((char, at) => char === 'garbled'[at])).toBe(false)
  })
})
