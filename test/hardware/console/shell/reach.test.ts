import { describe, expect, it } from 'vitest'
import { reachShell } from '../../../../src/hardware/console/shell/attach.ts'
import { noPrompt } from '../../../../src/hardware/console/shell/session.ts'
import { createMemoryLine, emulateShell, type MemoryLine, settled } from './emulator.ts'

const never = new AbortController().signal

/** A line of its own every 100 ms, which ends as a prompt may. */
function printsProgress(line: MemoryLine, isRunning: () => boolean): void {
  let percent = 0
  const print = (): void => {
    if (!isRunning()) return
    percent += 1
    line.say(`\r\n${percent}%`)
    line.clock.after(100, print)
  }
  print()
}

describe('the way to a shell', () => {
  it('ends in time on a board that prints what may be a prompt, without end, and never answers', async () => {
    const line = createMemoryLine()
    printsProgress(line, () => true)
    const result = await settled(line.clock, reachShell(line.talk, {}, 2_000, never), 5_000)
    expect(result).toEqual({ error: expect.objectContaining({ code: 'hardware-no-prompt' }) })
  })
})

it('the way to a shell leads over an interrupt where a program prints what may be a prompt', async () => {
  const line = createMemoryLine()
  let isRunning = true
  printsProgress(line, () => isRunning)
  emulateShell(line, { run: () => ({ status: 0, output: Buffer.alloc(0) }) })
  const toShell = line.onTyped
  line.onTyped = typed => {
    if (typed.includes('\x03')) isRunning = false
    const [, first, second] = / echo (\w+)''(\w+):\$_v:/.exec(typed) ?? []
    if (isRunning) return
    if (first === undefined) toShell(typed)
    else line.say(`\r\n${first}${second}::\r\n# `)
  }
  const result = await settled(line.clock, reachShell(line.talk, {}, 8_000, never), 8_000)
  expect(result).toEqual({ value: false })
})

describe('what was heard last', () => {
  it.each([0, 60, 150, 190, 197, 400])(
    'is told without the password, also where it is cut off: %i characters after it',
    more => {
      const line = createMemoryLine({ secret: 's3cret word' })
      line.say(`first\r\nboard login: s3cret word${'.'.repeat(more)}`)
      const said = noPrompt(line.talk, 'none came').message
      expect(said).toContain('last heard')
      expect(said).not.toMatch(/s3c|3cret|word|ord\.\./)
    },
  )

  it('is told as it is where there is no password, or an empty one', () => {
    for (const secret of [undefined, '']) {
      const line = createMemoryLine(secret === undefined ? {} : { secret })
      line.say('board login: ')
      expect(line.talk.seen()).toBe('board login: ')
    }
  })
})
