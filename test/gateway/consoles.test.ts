import { afterEach, beforeEach, expect, test } from 'vitest'
import { until } from '../until.ts'
import { type GatewayWorld, openWorld } from './world.ts'

let world: GatewayWorld
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

const UART = { board: 'a2', console: 'uart1' }

function typed(place: string): string {
  return Buffer.concat([...(world.site.typed.get(place) ?? [])]).toString()
}

function print(text: string, console?: string): void {
  const chunk = { offset: 0, t: 0, bytes: Buffer.from(text) }
  world.site.news('a2', { kind: 'chunk', chunk }, console)
}

test('M3.8 each console of a board has its own writer and its own watchers, all under the one lease', async () => {
  const lease = await world.lend('kai', 'a2')
  const main = world.call()
  main.type(`${world.lab.consoles.typingWord(lease, world.person('kai'), 'main').word}\r`)
  await main.saw('-- a2: you type')
  const uart = await world.typist(lease, 'kai', UART)
  const mei = await world.watcher('mei', UART)
  main.type('boot\r')
  uart.type('smc\r')
  await until(() => typed('a2') === 'boot\r' && typed('a2 uart1') === 'smc\r', 'each gets its own')
  print('Starting kernel\r\n')
  print('OP-TEE\r\n', 'uart1')
  await main.saw('Starting kernel')
  for (const each of [uart, mei]) expect(await each.saw('OP-TEE')).not.toContain('Starting')
  expect(main.shown()).not.toContain('OP-TEE')
  expect(world.lab.board('a2')).toMatchObject({
    people: { typing: 'kai', watching: [] },
    peopleAt: { uart1: { typing: 'kai', watching: ['mei'] } },
  })
})

test('M3.8 P25 when the lease ends nobody types at any of its consoles', async () => {
  const lease = await world.lend('kai', 'a2')
  const uart = await world.typist(lease, 'kai', UART)
  uart.type('half')
  await until(() => typed('a2 uart1') === 'half', 'it arrives')
  await world.lab.release(lease, world.person('kai'))
  await uart.saw(
    `${lease} has ended: released by @kai. Nothing you type goes to a2 uart1 any more; you watch.`,
  )
  const next = await world.lend('mei', 'a2')
  await world.typist(next, 'mei', UART)
  uart.type(' a line\r')
  await uart.saw('There is no command "a" here.')
  expect(typed('a2 uart1')).toBe('half')
})

test('whoever comes is told which console it is, what for, which others there are, and its own last lines', async () => {
  world.site.logs.set('a2', Buffer.from('of the kernel\r\n'))
  world.site.logs.set('a2 uart1', Buffer.from('of the secure world\r\n'))
  const mei = await world.watcher('mei', UART)
  const shown = await mei.saw('quit.')
  expect(shown.slice(shown.indexOf('-- ')).trimEnd().split('\r\n')).toEqual([
    '-- The last line of its log:',
    'of the secure world',
    '-- a2 uart1: you watch. Nobody else is here.',
    '-- This is console uart1 (secure world). There are: main (kernel). A word for one: boards watch a2 --console main',
    '-- Nothing you type goes to the board. Commands: who, ask (for the keyboard), quit.',
  ])
  const audited = await until(async () => {
    const entries = await world.audited()
    return entries.length > 0 && entries
  }, 'the audit')
  expect(audited[0]).toMatchObject({ line: 'console a2 uart1', result: 'watches' })
  mei.type('consoles\r')
  await mei.saw('This is console uart1', mei.shown().length - 1)
})

test('a console that leaves the board shows out whoever is there, and nobody else', async () => {
  const uart = await world.watcher('mei', UART)
  const main = await world.watcher('li', { board: 'a2' })
  world.site.leaves('a2', ['uart2'])
  await uart.saw('-- a2 has no such console any more. You have been shown out.')
  await uart.closed
  print('still here')
  await main.saw('still here')
})

test('an unknown name is answered with those there are', async () => {
  const lease = await world.lend('kai', 'a2')
  const { consoles } = world.lab
  expect(() => consoles.typingWord(lease, world.person('kai'), 'uart9')).toThrow('a2 has no console "uart9".')
  const hint = { hint: 'It has: main, uart1.' }
  expect(() => consoles.watchingWord('a2', world.person('mei'), 'uart9')).toThrow(
    expect.objectContaining(hint),
  )
})

test('a console that cannot be found in time is said so, instead of nothing', async () => {
  const asked = Promise.withResolvers<void>()
  world.site.attach = () => {
    asked.resolve()
    return new Promise(() => {})
  }
  const mei = world.call()
  mei.type(`${world.lab.consoles.watchingWord('a2', world.person('mei'), 'uart1').word}\r`)
  await asked.promise
  await world.clock.pass(10_000)
  await mei.closed
  expect(mei.shown()).toContain('-- a2 uart1 was not opened within 10 s.\r\n-- It is tried again by itself')
})
