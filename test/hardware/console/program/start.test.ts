import { expect, it } from 'vitest'
import { runProgram } from '../../../../src/hardware/console/program/program.ts'
import { createMemoryLine, emulateShell, sessionOn, settled } from '../shell/emulator.ts'

it('a program that is stopped while it is made ready is not started', async () => {
  const line = createMemoryLine()
  const session = sessionOn(line.talk)
  session.survey = { setsid: 'setsid', env: true, df: true, decoder: 'base64 -d' }
  emulateShell(line, { run: () => ({ status: 0, output: Buffer.alloc(0) }) })
  const toShell = line.onTyped
  const stop = new AbortController()
  let typed = ''
  line.onTyped = text => {
    typed += text
    if (text.startsWith('_u ')) stop.abort(new Error('cancelled'))
    toShell(text)
  }
  const never = new AbortController().signal
  const program = { folder: '/', argv: ['./it'], env: {} }
  const ended = runProgram(session, program, { graceMs: 100 }, stop.signal, never, () => expect.unreachable())
  expect(await settled(line.clock, ended, 60_000)).toEqual({
    error: expect.objectContaining({ message: 'cancelled' }),
  })
  expect(typed).not.toContain('_w ')
})
