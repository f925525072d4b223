import { describe, expect, it } from 'vitest'
import { leave } from '../../../../src/hardware/console/shell/leave.ts'
import { createMemoryLine, sessionOn, settled, WORD } from './emulator.ts'

const ALL = 10_000

describe('leaving a board', () => {
  it('waits for one that is slow: a late answer to an earlier question counts', async () => {
    const line = createMemoryLine()
    let answered = 0
    line.onTyped = typed => {
      const echo = /echo (\w+)''(\w+):\$_n:/.exec(typed)
      if (echo === null) return
      line.clock.after(900, () => {
        answered += 1
        line.say(`\r\n${echo[1]}${echo[2]}::\r\n# `)
      })
    }
    expect(await settled(line.clock, leave(sessionOn(line.talk)), ALL)).toEqual({ value: undefined })
    expect(answered).toBe(1)
    expect(line.clock.timers).toBe(1)
  })

  it('is said again when what told our shell to end was lost', async () => {
    const line = createMemoryLine()
    let isOurs = true
    let told = 0
    line.onTyped = typed => {
      if (typed === ' exit\n') {
        told += 1
        isOurs = told < 2
      }
      const echo = /echo (\w+)''(\w+):\$_n:/.exec(typed)
      if (echo !== null) line.say(`\r\n${echo[1]}${echo[2]}:${isOurs ? WORD : ''}:\r\n# `)
    }
    expect(await settled(line.clock, leave(sessionOn(line.talk)), ALL)).toEqual({ value: undefined })
    expect(told).toBe(2)
  })

  it('that does not answer is an error, for the log, within its time', async () => {
    const line = createMemoryLine()
    const result = await settled(line.clock, leave(sessionOn(line.talk)), 4_500)
    expect(result).toEqual({ error: expect.objectContaining({ code: 'hardware-not-answering' }) })
    expect(line.clock.timers).toBe(0)
  })
})
