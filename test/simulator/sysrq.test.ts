import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBreakOrder } from '../../src/simulator/break-order.ts'
import { until } from '../until.ts'
import { atPrompt, type ConsoleClient, processesOf, run, withBoard } from './console-client.ts'

const [IAC, BREAK] = [255, 243] as const

function press(client: ConsoleClient, key: string): void {
  client.sendRaw(IAC, BREAK)
  client.type(key)
}

test('a break and i kill every process but the first, which starts the shell again; files stay', async () => {
  await withBoard({}, async (board, client) => {
    await run(client, "(trap '' INT TERM HUP; exec sleep 4711) & echo kept >/tmp/kept")
    client.clear()
    press(client, 'i')
    await client.see(/\] sysrq: Kill All Tasks\r\n[\s\S]*# $/)
    await until(board.isUp, 'up again')
    expect(await run(client, 'cat /tmp/kept; ps ax | grep -c "[s]leep 4711"')).toBe('kept\n0')
    expect(board.record.map(event => event.kind)).toContain('killed')
    expect(board.record.map(event => event.kind)).not.toContain('reset')
  })
})

test('a program that has the processor lets nobody else run; the kernel kills it by i', async () => {
  await withBoard({}, async (board, client) => {
    await atPrompt(client)
    board.faults.set({ hog: true })
    client.clear()
    client.type('\x03\necho unheard\n')
    await until(() => board.record.at(-1)?.kind === 'typed', 'typed')
    expect([board.isUp(), client.text()]).toEqual([false, ''])
    press(client, 'i')
    await client.see('sysrq: Kill All Tasks')
    await until(board.isUp, 'up again')
    expect(await run(client, 'echo heard')).toBe('heard')
  })
})

test('what hangs deeper wants b, and a kernel that is deaf hears neither', async () => {
  await withBoard({}, async (board, client) => {
    await atPrompt(client)
    board.faults.set({ hang: true, deaf: true })
    client.clear()
    press(client, 'b')
    await until(() => board.record.findLast(event => event.kind === 'typed')?.text === 'b', 'typed')
    expect(client.text()).toBe('')
    board.faults.set({ deaf: false })
    press(client, 'i')
    await client.see('sysrq: Kill All Tasks')
    expect(board.isUp()).toBe(false)
    press(client, 'b')
    await client.see(/sysrq: Resetting\r\n[\s\S]*Linux version[\s\S]*# $/)
    expect(board.record.find(event => event.kind === 'reset')).toMatchObject({ by: 'break' })
  })
})

test('a second break takes the first back, another key brings the help, and then a key is only a key', async () => {
  await withBoard({}, async (board, client) => {
    client.clear()
    client.sendRaw(IAC, BREAK, IAC, BREAK)
    client.type('b')
    await client.see(/b$/)
    press(client, '?')
    await client.see('sysrq: HELP : ')
    client.type('b')
    await client.see(/b$/)
    expect(board.record.map(event => event.kind)).not.toContain('reset')
  })
})

test('a boot loader knows no SysRq: the key is a key', async () => {
  await withBoard({ on: false, loader: { tickMs: 20 } }, async (board, client) => {
    board.power(true)
    await client.see('U-Boot')
    press(client, 'b')
    await client.see(/=> $/)
    expect(board.record.map(event => event.kind)).not.toContain('reset')
  })
})

test('over a slow line a break stays where it was: what was typed before it is no key', async () => {
  await withBoard({ baud: 9600 }, async (board, client) => {
    client.type('echo before b\r')
    press(client, 'b')
    await client.see('sysrq: Resetting')
    await until(board.isUp, 'up again')
    const typed = board.record.filter(event => event.kind === 'typed').map(event => event.text)
    expect(typed.join('')).toBe('echo before b\rb')
    expect(board.record.filter(event => event.kind === 'reset')).toHaveLength(1)
    expect(processesOf(board.id).length).toBeGreaterThan(0)
  })
})

test('breaks come out among the bytes where they went in, however the line cuts them', () => {
  const piece = fc.oneof(fc.constant('|'), fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 }))
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 30 }),
      fc.array(fc.integer({ min: 0, max: 7 })),
      (pieces, cuts) => {
        let out = ''
        let line = Buffer.alloc(0)
        const order = createBreakOrder(
          bytes => (out += Buffer.from(bytes).toString()),
          () => (out += '|'),
        )
        const carry = (count: number): void => {
          const come = line.subarray(0, count)
          line = line.subarray(come.length)
          if (come.length > 0) order.came(come)
        }
        for (const [at, each] of pieces.entries()) {
          if (each === '|') order.sentBreak()
          else {
            order.sent(each.length)
            line = Buffer.concat([line, Buffer.from(each)])
          }
          carry(cuts[at] ?? 0)
        }
        carry(line.length)
        expect(out).toBe(pieces.join(''))
      },
    ),
    { numRuns: 300 },
  )
})
