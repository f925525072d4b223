import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { runProgram } from '../../../../src/hardware/console/program/program.ts'
import { exchangeText } from '../../../../src/hardware/console/shell/command.ts'
import { leave } from '../../../../src/hardware/console/shell/leave.ts'
import type { Session } from '../../../../src/hardware/console/shell/session.ts'
import type { Talk } from '../../../../src/hardware/console/shell/talk.ts'
import { sendFile } from '../../../../src/hardware/console/transfer/transfer.ts'
import { emulateBoard } from '../transfer/emulator.ts'
import { createMemoryLine, emulateShell, type MemoryLine, sessionOn, settled } from './emulator.ts'

const ALL = 240_000
const never = new AbortController().signal

type Work = (session: Session, line: MemoryLine, signal: AbortSignal) => Promise<unknown>

async function* bytesOf(data: Buffer): AsyncGenerator<Buffer> {
  await Promise.resolve()
  yield data
}

function sends(data: Buffer): Work {
  return (session, line, signal) => {
    emulateBoard(line, true)
    cutAfter(line)
    const sha256 = createHash('sha256').update(data).digest('hex')
    return sendFile(session, { bytes: bytesOf(data), size: data.length, sha256 }, '/x', signal, () => {})
  }
}

const works: Readonly<Record<string, Work>> = {
  command(session, line, signal) {
    emulateShell(line, { run: () => ({ status: 0, output: Buffer.from('hello\n') }) })
    cutAfter(line)
    return exchangeText(session, '_b', 'echo hello', 1_000, signal)
  },
  program(session, line, signal) {
    emulateShell(line, {
      run: () => ({ status: 0, output: Buffer.alloc(0) }),
      program: () => ({ status: 0, output: Buffer.from('done\n') }),
    })
    cutAfter(line)
    session.survey = { setsid: 'setsid', env: true, df: true, decoder: 'base64 -d' }
    return runProgram(
      session,
      { folder: '/', argv: ['./it'], env: {} },
      { graceMs: 100 },
      never,
      signal,
      () => {},
    )
  },
  // Of what cannot be packed: zlib works in real time, which the fake clock would not wait for.
  file: sends(randomBytes(20_000)),
  leave(session, line) {
    emulateShell(line, { run: () => ({ status: 0, output: Buffer.alloc(0) }) })
    cutAfter(line)
    return leave({ ...session, nested: false })
  },
}

/** What happens at the n-th write. */
let cut: { left: number; act(line: MemoryLine): void } | null = null

function cutAfter(line: MemoryLine): void {
  const deliver = line.onTyped
  line.onTyped = typed => {
    if (cut !== null) {
      cut.left -= 1
      if (cut.left === 0) cut.act(line)
    }
    deliver(typed)
  }
}

function counted(talk: Talk): { talk: Talk; watches(): number } {
  let open = 0
  return {
    watches: () => open,
    talk: {
      ...talk,
      watch(watcher) {
        const watch = talk.watch(watcher)
        let isOpen = true
        open += 1
        return {
          ...watch,
          stop() {
            if (isOpen) open -= 1
            isOpen = false
            watch.stop()
          },
        }
      },
    },
  }
}

/** Returns whether the cut came while it was under way. */
async function cutAt(work: Work, at: number, how: 'abort' | 'lost'): Promise<boolean> {
  const line = createMemoryLine()
  const { talk, watches } = counted(line.talk)
  const aborter = new AbortController()
  let wasCut = false
  cut = {
    left: at,
    act({ news, clock }) {
      wasCut = true
      if (how === 'abort') aborter.abort(new Error('cut'))
      else {
        const state = { connected: false, since: clock.now(), lastByteAt: null, problem: 'cut', head: 0 }
        news({ kind: 'state', state })
      }
    },
  }
  await settled(line.clock, work(sessionOn(talk), line, aborter.signal), ALL)
  expect({ watches: watches(), timers: line.clock.timers, at }).toEqual({ watches: 0, timers: 0, at })
  return wasCut
}

describe.each(Object.keys(works))('whenever a %s', name => {
  it.each(['abort', 'lost'] as const)('ends by %s, nobody listens any more and no time runs', async how => {
    const work = works[name]
    if (work === undefined) throw new Error(name)
    let at = 1
    while (at < 60 && (await cutAt(work, at, how))) at += 1
    expect(at).toBeGreaterThan(1)
  })
})
