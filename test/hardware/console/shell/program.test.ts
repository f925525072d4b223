import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { type Clock, systemClock } from '../../../../src/clock.ts'
import { InputError } from '../../../../src/errors.ts'
import { programScript } from '../../../../src/hardware/console/program/script.ts'
import type { ProgramEnd, Shell } from '../../../../src/hardware/types.ts'
import { findProgram } from '../../../../src/simulator/shells.ts'
import { findingOf } from '../../../reading/finding.ts'
import { until } from '../../../until.ts'
import { openPtyBoard, type PtyBoard, type PtyBoardOptions, SHELLS, shellOn } from './pty-board.ts'

const never = new AbortController().signal
const open: PtyBoard[] = []

type Peer = { board: PtyBoard; shell: Shell }

async function attached(options: PtyBoardOptions, clock: Clock = systemClock): Promise<Peer> {
  const board = await openPtyBoard(options)
  open.push(board)
  const shell = shellOn(board, { clock })
  await shell.attach(never)
  return { board, shell }
}

async function run(
  { board, shell }: Peer,
  script: string,
  stop: AbortSignal = never,
): Promise<ProgramEnd & { text: string }> {
  const program = { folder: board.folder, argv: ['/bin/sh', '-c', script], env: {} }
  const end = await shell.program(program, stop, never, () => {})
  return { ...end, text: printed(board, end).toString('latin1') }
}

function printed(board: PtyBoard, { output }: ProgramEnd): Buffer {
  return Buffer.concat(output.map(({ from, to }) => board.log().subarray(from, to)))
}

async function fine({ shell }: Peer): Promise<void> {
  await expect(shell.command('echo fine', never)).resolves.toEqual({ status: 0, output: 'fine\n' })
}

/** The words that were typed for the program that was started last. */
function wordsIn(board: PtyBoard): { start: string; end: string } {
  const [, start = '', end = ''] =
    [
      ...board
        .typed()
        .toString()
        .matchAll(/_w \d+ (\w+) (\w+)/g),
    ].at(-1) ?? []
  return { start, end }
}

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

describe('a program', () => {
  it('whose end frame is torn both times is known to have ended, from the journal on the board', async () => {
    const peer = await attached({ shell: 'dash' })
    peer.board.faults.garble = bytes => {
      const { end } = wordsIn(peer.board)
      const text = bytes.toString('latin1')
      return end === '' ? bytes : Buffer.from(text.replaceAll(`@${end}`, `@${end.slice(0, 5)}~`), 'latin1')
    }
    await expect(run(peer, 'echo out; exit 5')).resolves.toMatchObject({ status: 5, endedBy: 'itself' })
    await fine(peer)
  })

  it('whose first end frame is torn ends where that one began', async () => {
    const peer = await attached({ shell: 'dash' })
    let torn = false
    peer.board.faults.garble = bytes => {
      const { end } = wordsIn(peer.board)
      const text = bytes.toString('latin1')
      if (torn || end === '' || !text.includes(`@${end} `)) return bytes
      torn = true
      return Buffer.from(text.replace(`@${end} `, `@${end} noise `), 'latin1')
    }
    await expect(run(peer, 'echo out; exit 5')).resolves.toMatchObject({ status: 5, text: 'out\r\n' })
    expect(torn).toBe(true)
  })

  it('is started once, and seen, when its start frame or our answer to it is damaged', async () => {
    const peer = await attached({ shell: 'dash' })
    let damaged = 0
    peer.board.faults.garble = bytes => {
      const { start } = wordsIn(peer.board)
      const text = bytes.toString('latin1')
      if (damaged > 0 || start === '' || !text.includes(`@${start}`)) return bytes
      damaged += 1
      return Buffer.from(text.replace(`@${start}`, `@${start.slice(1)}`), 'latin1')
    }
    const count = join(peer.board.folder, 'count')
    await expect(run(peer, `echo x >>${count}; echo out`)).resolves.toMatchObject({
      status: 0,
      text: 'out\r\n',
    })
    expect(damaged).toBe(1)
    expect(readFileSync(count, 'utf8')).toBe('x\n')
  })

  it('runs right and once when characters are lost on the way in', async () => {
    const peer = await attached({ shell: 'dash', seed: 3 })
    peer.board.faults.loseOneIn = 700
    const count = join(peer.board.folder, 'count')
    for (let times = 1; times <= 4; times++) {
      await expect(run(peer, `echo x >>${count}; echo out`)).resolves.toMatchObject({
        status: 0,
        text: 'out\r\n',
      })
      expect(readFileSync(count, 'utf8')).toBe('x\n'.repeat(times))
    }
  })

  it('that prints its own end with everything it could know is not believed', async () => {
    const peer = await attached({ shell: 'dash' })
    const forge =
      "for w in $(tr '\\0' '\\n' </proc/$PPID/environ /proc/self/environ; tr '\\0' ' ' </proc/$PPID/cmdline; cat /tmp/.br-*/[gpsjbok]);" +
      'do for n in 1 2 3 4 5 6 7 8 9 10 11 12; do echo "@$w $n 0 255"; done; done; exit 6'
    await expect(run(peer, forge)).resolves.toMatchObject({ status: 6, endedBy: 'itself' })
    const { start, end } = wordsIn(peer.board)
    const [first = { from: 0, to: 0 }] = await run(peer, 'true').then(ended => ended.output)
    expect(peer.board.log().subarray(0, first.from).includes(end)).toBe(true)
    const output = peer.board.log().subarray(first.from, first.to)
    expect([start, end].every(word => !output.includes(word))).toBe(true)
  })

  it('that kills whoever waits for it has no status, and is no success', async () => {
    const peer = await attached({ shell: 'dash' })
    const ended = await run(peer, 'kill -9 $PPID; exit 0')
    expect(ended).toMatchObject({ status: null, endedBy: 'itself' })
    await fine(peer)
  })

  it('that is stopped before it began is not started', async () => {
    const peer = await attached({ shell: 'dash' })
    await expect(run(peer, 'echo never', AbortSignal.abort(new Error('cancelled')))).rejects.toThrow(
      'cancelled',
    )
    await fine(peer)
  })

  it('that ends just as it is stopped says so truthfully', async () => {
    const peer = await attached({ shell: 'dash' })
    const stop = new AbortController()
    const ended = run(peer, 'echo ready; exec 1>&-; exit 4', stop.signal)
    await until(() => peer.board.log().includes('ready\r\n'), 'it is ready')
    stop.abort()
    const { status, endedBy } = await ended
    expect([
      [4, 'itself'],
      [null, 'interrupt'],
    ]).toContainEqual([status, endedBy])
  })

  it('without setsid is ended by its process group, and the end says so', async () => {
    const tools = ['cat', 'mkdir', 'rm', 'cksum', 'base64', 'env', 'stty', 'sleep']
    const peer = await attached({ shell: 'dash', tools })
    await expect(run(peer, 'exit 3')).resolves.toMatchObject({
      status: 3,
      limits: [expect.stringContaining('no setsid')],
    })
    const stop = new AbortController()
    const ended = run(peer, "trap '' INT; sleep 1008 & echo ready; sleep 1008", stop.signal)
    await until(() => peer.board.log().includes('ready\r\n'), 'it is ready')
    stop.abort()
    await expect(ended).resolves.toMatchObject({ status: null, endedBy: 'kill' })
    await fine(peer)
  })

  it('goes on, unguarded, when the kernel cries wolf; and its end is told', async () => {
    const peer = await attached({ shell: 'dash' })
    const ended = run(peer, `until [ -f ${peer.board.folder}/go ]; do sleep 0.05; done; exit 2`)
    await until(() => /_w .*\nok\n/s.test(peer.board.typed().toString()), 'it is started')
    peer.board.find(findingOf({ cause: 'panic', title: 'kernel panic: not really' }))
    await until(() => peer.board.typed().includes(3), 'the interrupt that asks')
    writeFileSync(join(peer.board.folder, 'go'), '')
    await expect(ended).resolves.toMatchObject({ status: 2, endedBy: 'itself' })
    await fine(peer)
  })

  it('on a board that does not come back from a panic ends with that panic', async () => {
    let speed = 1
    const peer = await attached(
      { shell: 'dash' },
      { ...systemClock, after: (ms, fn) => systemClock.after(ms / speed, fn) },
    )
    const ended = run(peer, 'sleep 1009')
    ended.catch(() => {})
    await until(() => /_w .*\nok\n/s.test(peer.board.typed().toString()), 'it is started')
    peer.board.faults.garble = () => Buffer.alloc(0)
    speed = 50
    peer.board.find(findingOf({ cause: 'panic', title: 'kernel panic: Fatal exception' }))
    await expect(ended).rejects.toMatchObject({
      failure: { class: 'infrastructure', cause: 'panic', blame: 'none' },
      message: expect.stringContaining('Fatal exception'),
    })
  })

  it('ends with the console when the line is lost', async () => {
    const peer = await attached({ shell: 'dash' })
    const ended = run(peer, 'sleep 1010')
    ended.catch(() => {})
    await until(() => /_w .*\nok\n/s.test(peer.board.typed().toString()), 'it is started')
    peer.board.unplug('reset by peer')
    await expect(ended).rejects.toMatchObject({ failure: { cause: 'console lost' } })
  })

  it('that ends every process of ours, our shell among them, is noticed', async () => {
    const peer = await attached({ shell: 'bash' })
    const shellPid = (await peer.shell.command('echo $$', never)).output.trim()
    const ended = run(peer, `echo $$ >pid; kill -9 ${shellPid}; exec sleep 1011`)
    await expect(ended).rejects.toMatchObject({ failure: { cause: 'console lost', blame: 'none' } })
    const pid = readFileSync(join(peer.board.folder, 'pid'), 'utf8').trim()
    await peer.shell.attach(never)
    await expect(run(peer, 'exit 0')).resolves.toMatchObject({ status: 0 })
    const state = await peer.shell.command(`cat /proc/${pid}/stat`, never)
    expect(state.status === 1 || / [ZX] /.test(state.output)).toBe(true)
  })
})

describe("a program's script", () => {
  const byte = fc.constantFrom(
    "'",
    '"',
    '\\',
    '$',
    '`',
    '\n',
    '!',
    '\t',
    '\x01',
    '\x7f',
    '\x81',
    'é',
    ' ',
    '*',
    'a',
    '=',
  )
  const text = fc.oneof(
    fc.string({ unit: byte, maxLength: 20 }),
    fc.string({ unit: 'binary', maxLength: 20 }),
  )
  const whole = text.filter(each => !each.includes('\0') && each.isWellFormed())
  const name = fc
    .stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,5}$/)
    .filter(each => !['_', 'PWD', 'SHLVL', 'OLDPWD'].includes(each))

  it('gives arguments and environment to the program byte for byte, in any shell', () => {
    const folder = mkdtempSync(join(tmpdir(), 'boardroom-'))
    const path = join(folder, 'script')
    const shells = fc.constantFrom(...SHELLS)
    const environment = fc.dictionary(name, whole, { maxKeys: 3 })
    try {
      fc.assert(
        fc.property(shells, fc.array(whole, { maxLength: 4 }), environment, (shell, args, env) => {
          const show = 'for argument do printf "%s\\0" "$argument"; done; exec env -0'
          const program = { folder, argv: ['/bin/sh', '-c', show, 'sh', ...args], env }
          writeFileSync(path, programScript(program, { ownFolder: folder, setsid: true, env: true }))
          const words = shell === 'busybox' ? ['ash', path] : [path]
          const bare = { env: { PATH: process.env['PATH'] } }
          const said = execFileSync(findProgram(shell) ?? shell, words, bare)
            .toString()
            .split('\0')
          expect(said.slice(0, args.length)).toEqual(args)
          const given = Object.entries(env).map(([key, value]) => `${key}=${value}`)
          expect(said.slice(args.length)).toEqual(expect.arrayContaining(given))
        }),
        { numRuns: 200 },
      )
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('exports where there is no env, and refuses what no program can be given', () => {
    const facts = { ownFolder: '/f', setsid: false, env: false }
    const script = programScript({ folder: '/', argv: ['./a'], env: { A: "b'c" } }, facts).toString()
    expect(script).toContain("export A='b'\\''c'\nexec \"$@\"")
    const bad = [
      { folder: '/', argv: ['a\0b'], env: {} },
      { folder: '/', argv: [], env: {} },
      { folder: '/', argv: ['a'], env: { 'A=B': '' } },
      { folder: '/', argv: ['a'], env: { '': '' } },
      { folder: '/', argv: ['a'], env: { 'A.B': '' } },
    ]
    for (const program of bad) expect(() => programScript(program, facts)).toThrow(InputError)
  })
})
