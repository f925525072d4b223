import { describe, expect, it } from 'vitest'
import { commandHelpers } from '../../../../src/hardware/console/shell/helpers.ts'
import { leave } from '../../../../src/hardware/console/shell/leave.ts'
import type { Session } from '../../../../src/hardware/console/shell/session.ts'
import { survey } from '../../../../src/hardware/console/shell/survey.ts'
import { giverHelpers } from '../../../../src/hardware/console/transfer/giver.ts'
import { transferTools } from '../../../../src/hardware/console/transfer/tools.ts'
import { createMemoryLine, emulateShell, PROMPT, sessionOn, settled, WORD } from './emulator.ts'

const ALL = 10_000
const never = new AbortController().signal

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

  it('takes every function of ours back from a shell that is not our own', async () => {
    const line = createMemoryLine()
    let typed = ''
    const session: Session = { ...sessionOn(line.talk), nested: false }
    emulateShell(line, {
      run: text => ({ status: 0, output: Buffer.from(text.includes('_G()') ? '' : 'decoder base64 -d\n') }),
    })
    const toShell = line.onTyped
    line.onTyped = text => {
      typed += text
      toShell(text)
    }
    await settled(line.clock, survey(session, never), ALL)
    await settled(line.clock, transferTools(session, never), ALL)
    await settled(line.clock, leave(session), ALL)
    // The last is there after a line has lost characters (deliver.ts).
    const texts = [
      typed,
      giverHelpers(),
      commandHelpers({ word: WORD, prompt: PROMPT, folder: '/tmp/f' }),
      '_D()',
    ]
    const ours = new Set(texts.join('\n').match(/(?<![\w$])_\w(?=\(\))/g))
    const taken = / unset -f ([^;]*);/.exec(typed.replace(';unset', '; unset'))?.[1]?.split(' ')
    expect(ours.size).toBeGreaterThan(20)
    expect(taken?.sort()).toEqual([...ours].sort())
  })

  it('that does not answer is an error, for the log, within its time', async () => {
    const line = createMemoryLine()
    const result = await settled(line.clock, leave(sessionOn(line.talk)), 4_500)
    expect(result).toEqual({ error: expect.objectContaining({ code: 'hardware-not-answering' }) })
    expect(line.clock.timers).toBe(0)
  })
})
