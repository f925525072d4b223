import { describe, expect, test } from 'vitest'
import { oops, stamped } from './corpus/kernels.ts'
import { readText } from './read-text.ts'

const told = (text: string): (readonly [string, readonly number[] | undefined])[] =>
  readText(text).events.map(({ kind, lines }) => [kind, lines] as const)
const kinds = (text: string): string[] => told(text).map(([kind]) => kind)

const again = (number: number): string[] => oops('x86').map(line => line.replace('[#1]', `[#${number}]`))
const withoutEnd = (lines: readonly string[]): string[] => lines.filter(line => !line.includes('end trace'))

describe('M6.7 one event is one finding, and the next is another', () => {
  test('an oops after the end of one before it', () => {
    expect(kinds(stamped(6, oops('arm64')) + stamped(7, again(2)))).toEqual(['oops', 'oops'])
    expect(kinds(stamped(6, oops('arm')) + stamped(7, ['BUG: scheduling while atomic: sh/312/0x2']))).toEqual(
      ['oops', 'bug'],
    )
  })

  test('an oops with the next number, where the end of the one before it was lost', () => {
    const [first, second] = [withoutEnd(oops('riscv')), withoutEnd(again(2)).slice(4)]
    expect(kinds(stamped(6, first) + stamped(7, second))).toEqual(['oops', 'oops'])
  })

  test('what is said of one oops again is none, nor is the trap that a BUG() is made of', () => {
    const lines = [
      'kernel BUG at drivers/misc/demo.c:31!',
      'invalid opcode: 0000 [#1] SMP',
      'Oops: 0002 [#1]',
    ]
    expect(kinds(stamped(6, lines))).toEqual(['bug'])
  })

  test('without stamps, what dmesg prints again is none, and the next number is another', () => {
    const bare = [
      'Starting kernel ...',
      '',
      'Linux version 6.6.32 (builder@lab) (gcc) #1',
      ...oops('x86'),
      'PASS',
    ]
    expect(kinds(`${[...bare, ...oops('x86'), 'PASS 2'].join('\n')}\n`)).toEqual(['oops'])
    expect(kinds(`${[...bare, ...again(2), 'PASS 2'].join('\n')}\n`)).toEqual(['oops', 'oops'])
  })

  test('the same warning ten seconds later', () => {
    const warning = ['WARNING: CPU: 1 PID: 312 at drivers/misc/demo.c:31 demo_write+0x1c/0x60']
    expect(kinds(stamped(6, warning) + stamped(7, warning))).toEqual(['warning'])
    expect(kinds(stamped(6, warning) + stamped(17, warning))).toEqual(['warning', 'warning'])
  })
})

describe('M6.7 a lockup lasts', () => {
  const hung = (task: string, seconds: number): string[] => [
    `INFO: task ${task} blocked for more than ${seconds} seconds.`,
    ...['Call Trace:', ' schedule+0x5c/0xc8', ' demo_write+0x1c/0x60', ' vfs_write+0xc8/0x390'],
  ]
  const apart = '.\n'.repeat(4_000)

  test('and is one event with its first trace, however often and long it is told', () => {
    const text = [5, 10, 15, 20, 25].map(s => stamped(s, hung('sh:47', s)) + apart).join('')
    expect(told(text)).toEqual([['hung task', [1, 5]]])
  })

  test('and another task that hangs is another, whatever was told again in between', () => {
    const text = stamped(5, hung('sh:47', 5)) + stamped(10, [...hung('sh:47', 10), ...hung('cp:48', 5)])
    expect(told(text)).toEqual([
      ['hung task', [1, 5]],
      ['hung task', [11, 15]],
    ])
  })

  test('and a processor that RCU misses too is told by both', () => {
    const soft = ['watchdog: BUG: soft lockup - CPU#0 stuck for 6s! [sh:47]', 'RIP: 0010:demo_spin+0x8/0x10']
    const stall = ['rcu: INFO: rcu_sched self-detected stall on CPU', 'RIP: 0010:demo_spin+0x8/0x10']
    expect(kinds(stamped(9, soft) + stamped(21, stall))).toEqual(['soft lockup', 'rcu stall'])
  })
})

test('M6.7 a trace is whole also where its lines repeat within one tick of a slow clock', () => {
  const lines = ['BUG: scheduling while atomic: sh/312/0x2', ' demo_read+0x4/0x8', ' demo_read+0x4/0x8']
  const [event] = readText(lines.map(line => `[    6.810000] ${line}\n`).join('')).events
  expect(event?.proof).toEqual(lines)
})
