import { describe, expect, onTestFinished, test } from 'vitest'
import { createSysrq } from '../../../src/hardware/console/sysrq.ts'
import type { RecorderNews } from '../../../src/hardware/types.ts'
import { sysrqWord } from '../../../src/reading/sysrq.ts'
import { createFakeClock } from '../../fake-clock.ts'

const never = new AbortController().signal

/** A line written by hand: `says` is what the kernel prints to the key of each try. */
function world(...says: readonly (string | null)[]) {
  const clock = createFakeClock()
  const done: string[] = []
  const listeners = new Set<(news: RecorderNews) => void>()
  let head = 0
  const say = (text: string): void => {
    const bytes = Buffer.from(text)
    const chunk = { offset: head, t: clock.now(), bytes }
    head += bytes.length
    for (const listener of listeners) listener({ kind: 'chunk', chunk })
  }
  const line = {
    sendBreak: async (ms: number) => void done.push(`break ${ms} at ${clock.mono()}`),
    write: async (bytes: Uint8Array) => {
      done.push(`${Buffer.from(bytes)} at ${clock.mono()}`)
      const answer = says[done.filter(each => !each.startsWith('break')).length - 1] ?? null
      if (answer !== null) say(answer)
    },
  }
  const recorder = {
    where: 'telnet 10.1.2.101:23',
    listen: (listener: (news: RecorderNews) => void) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    expectReset: (expected: boolean) => void done.push(`break expected ${expected}`),
  }
  onTestFinished(() => expect([listeners.size, clock.timers]).toEqual([0, 0]))
  const sysrq = createSysrq({ board: 'a1', recorder, line, clock })
  /** What was begun has set its timer by then. */
  const pass = async (ms: number): Promise<void> => {
    await clock.pass(0)
    await clock.pass(ms)
  }
  return { done, sysrq, line, pass }
}

describe('magic SysRq', () => {
  test('a break, then the key within five seconds, and the word that the kernel says', async () => {
    const { sysrq, pass, done } = world('noise[   12.345678] sysrq: Kill All Tasks\r\n')
    const pressed = sysrq.press('i', never)
    await pass(1_000)
    await expect(pressed).resolves.toBe('Kill All Tasks')
    expect(done).toEqual(['break 300 at 0', 'i at 500'])
  })

  test('the start after b is expected from before it is pressed', async () => {
    const { sysrq, pass, done } = world('SysRq : Resetting\r\n')
    const pressed = sysrq.press('b', never)
    await pass(1_000)
    await expect(pressed).resolves.toBe('Resetting')
    expect(done[0]).toBe('break expected true')
  })

  test('what nobody heard is pressed once more, as an old break may have waited for a key; then it is said', async () => {
    const { sysrq, pass, done } = world(null, 'somebody said sysrq: Kill All Tasks\r\n')
    const failed = expect(sysrq.press('i', never)).rejects.toMatchObject({
      message: 'the kernel of a1 said nothing to a break and SysRq i on telnet 10.1.2.101:23, 2 times',
      hint: expect.stringContaining('CONFIG_MAGIC_SYSRQ_SERIAL'),
      failure: { class: 'infrastructure', cause: 'not answering', blame: 'board' },
    })
    await pass(20_000)
    await failed
    expect(done).toEqual(['break 300 at 0', 'i at 500', 'break 300 at 4500', 'i at 5000'])
    const again = world(null, '[    9.000000] sysrq: Kill All Tasks\n')
    const pressed = again.sysrq.press('i', never)
    await again.pass(20_000)
    await expect(pressed).resolves.toBe('Kill All Tasks')
  })

  test.each(['This sysrq operation is disabled.', 'HELP : loglevel(0-9) reboot(b)'])(
    'a kernel that does not do it is told with its words, and not asked again: %s',
    async words => {
      const { sysrq, pass, done } = world(`[    9.000000] sysrq: ${words}\n`)
      const failed = expect(sysrq.press('i', never)).rejects.toMatchObject({
        message: expect.stringContaining(words),
        failure: { blame: 'lab' },
      })
      await pass(20_000)
      await failed
      expect(done).toHaveLength(2)
    },
  )

  test('an abort ends it with its reason, and a line without a break with that one', async () => {
    const stop = new AbortController()
    const { sysrq, pass } = world()
    const aborted = expect(sysrq.press('i', stop.signal)).rejects.toThrow('enough')
    await pass(1_000)
    stop.abort(new Error('enough'))
    await aborted
    const { sysrq: other, line } = world()
    line.sendBreak = () => Promise.reject(new Error('no break'))
    await expect(other.press('i', never)).rejects.toThrow('no break')
  })
})

test.each([
  ['[   12.345678] sysrq: Resetting', 'Resetting'],
  ['<6>[   12.345678][    C0] sysrq: Resetting\r', 'Resetting'],
  ['# ls /ro[   12.345678] sysrq: Kill All Tasks', 'Kill All Tasks'],
  ['[    1.000000] usb 1-1: x[   12.345678] sysrq: Resetting', 'Resetting'],
  ['SysRq : Resetting', 'Resetting'],
  ['echo sysrq: Resetting', null],
  ['[   12.345678] foo: sysrq: Resetting', null],
  ['[12.3] sysrq: Resetting', null],
  ['', null],
])('of a line that is the kernel’s the word is read: %j', (line, word) => {
  expect(sysrqWord(line)).toBe(word)
})
