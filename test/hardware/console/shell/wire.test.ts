import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../../../until.ts'
import { openPtyBoard, type PtyBoard, SHELLS, shellOn } from './pty-board.ts'

const never = new AbortController().signal
const open: PtyBoard[] = []

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

/** console.md, numbers to beat: bytes on the wire, both ways, beyond the command's own text and output. */
const MOST = 110

const COMMANDS: readonly [text: string, output: string][] = [
  ['true', ''],
  ['exit 255', ''],
  ['echo hello', 'hello\r\n'],
  ['printf no-newline', 'no-newline'],
  [
    'i=0;while [ $i -lt 500 ];do echo $i;i=$((i+1));done',
    Array.from({ length: 500 }, (_, i) => `${i}\r\n`).join(''),
  ],
  [`: ${'x'.repeat(700)}`, ''],
]

describe.each(SHELLS.map(shell => [shell] as const))('on the wire, %s', shell => {
  it(`a command is one round trip and at most ${MOST} bytes beyond its text and output, also the thousandth`, async () => {
    const board = await openPtyBoard({ shell })
    open.push(board)
    const us = shellOn(board)
    await us.attach(never)
    const atPrompt = () => /br\w{4}:\d+> $/.test(board.log().subarray(-20).toString('latin1'))
    for (const [text, output] of COMMANDS) {
      await until(atPrompt, 'a prompt')
      const before = { log: board.log().length, typed: board.typed().length }
      await us.command(text, never)
      await until(atPrompt, 'a prompt')
      const typed = board.typed().subarray(before.typed).toString('latin1')
      expect(typed.match(/\n/g)).toHaveLength(1)
      const bytes = board.log().length - before.log + typed.length - text.length - output.length
      // Three more digits of the number: typed with its check, in the start, twice in the end, in the prompt.
      const asThousandth = 3 * 6
      expect({ text, bytes, fits: bytes + asThousandth <= MOST }).toEqual({ text, bytes, fits: true })
    }
  })
})

describe('what is typed', () => {
  it('in a whole session is short lines of printable text, and of control characters only Ctrl-C and Ctrl-U', async () => {
    const board = await openPtyBoard({ shell: 'dash' })
    open.push(board)
    const us = shellOn(board)
    await us.attach(never)
    await us.command(`printf '\x01\x04\t%s' "ü${'long '.repeat(2000)}"`, never)
    const stop = AbortSignal.timeout(200)
    const program = {
      folder: '/',
      argv: ['/bin/sh', '-c', 'sleep 1013', '\x03\x04', 'ß'],
      env: { A: '\x1a' },
    }
    await us.program(program, stop, never, () => {})
    await us.detach()
    const typed = board.typed().toString('latin1')
    expect(typed).toMatch(/^[\x20-\x7e\n\x03\x15]*$/)
    expect(Math.max(...typed.split('\n').map(line => line.length))).toBeLessThanOrEqual(1000)
  })
})
