import { expect, test } from 'vitest'
import { type BreakingPort, breaksOf } from '../../../src/hardware/console/serial.ts'
import type { Breaks } from '../../../src/hardware/console/socket.ts'
import { createFakeClock } from '../../fake-clock.ts'

// A pseudo-terminal has no break, and a machine without a UART nothing else: the port is written by hand here.

const LINE = { where: 'serial /dev/ttyUSB0', hint: '', details: {} }

function world(port: Partial<BreakingPort> = {}) {
  const clock = createFakeClock()
  const done: unknown[] = []
  const breaks: Breaks = breaksOf(
    {
      drain: async () => void done.push('drain'),
      set: async lines => void done.push([clock.mono(), lines]),
      ...port,
    },
    LINE,
    clock,
  )
  if (typeof breaks !== 'function') throw new Error('it has none')
  const nothing = (): Promise<void> => Promise.reject(new Error('a break is no bytes'))
  return { clock, done, send: (ms: number) => breaks(nothing, ms) }
}

test('a break waits for what was written before, is held for as long as asked, and DTR and RTS stay', async () => {
  const { clock, done, send } = world()
  const sent = send(300)
  await clock.pass(0)
  await clock.pass(299)
  expect(done).toEqual(['drain', [0, { brk: true, dtr: true, rts: true }]])
  await clock.pass(1)
  await sent
  expect(done.at(-1)).toEqual([300, { brk: false, dtr: true, rts: true }])
})

test('a device that makes none says so, and is not left at break', async () => {
  const done: boolean[] = []
  const set = async ({ brk }: { brk: boolean }): Promise<void> => {
    done.push(brk)
    if (brk) throw new Error('Error: Inappropriate ioctl for device, cannot set')
  }
  await expect(world({ set }).send(300)).rejects.toMatchObject({
    message:
      'no break at serial /dev/ttyUSB0: the device makes none: a pseudo-terminal has no line, and some USB adapters cannot',
    hint: expect.stringContaining('console server'),
  })
  expect(done).toEqual([true, false])
})
