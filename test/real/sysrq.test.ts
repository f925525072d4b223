import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import type { BoardConfig } from '../../src/config/types.ts'
import type { OpenBoard } from '../../src/hardware/types.ts'
import { silentLog } from '../../src/log.ts'
import { openBoard } from '../../src/rig.ts'
import { perform } from '../../src/work/index.ts'
import type { RunTestJob } from '../../src/work/types.ts'
import { peerConfig } from '../suites/console-peer.ts'
import { until } from '../until.ts'
import { realSuite } from './fixtures/available.ts'
import { type QemuOptions, startQemuBoard } from './fixtures/qemu.ts'

const never = new AbortController().signal

/** A real Linux on QEMU's serial port, as the product opens it; `text` is what it said since the last look. */
async function openQemu(allowed: Pick<QemuOptions, 'sysrq'> = {}) {
  const qemu = await startQemuBoard(allowed)
  onTestFinished(() => qemu.close())
  const dataDir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }))
  const config = { ...peerConfig(qemu), sysrq: true }
  const deps = { dataDir, clock: systemClock, log: silentLog }
  const { recorder, shell, sysrq, close } = await openBoard(config, deps)
  onTestFinished(close)
  const keys = sysrq?.(recorder) ?? null
  if (keys === null) throw new Error('SysRq is allowed and not there')
  const board: OpenBoard = {
    ...{ id: config.id, recorder, power: null, sysrq: keys },
    shell: shell(
      bytes => recorder.write(bytes),
      () => {},
    ),
  }
  let text = ''
  recorder.listen(news => {
    if (news.kind === 'chunk') text += Buffer.from(news.chunk.bytes).toString('latin1')
  })
  const ctx = { clock: systemClock, signal: never, onEvent: () => {} }
  await perform({ kind: 'probe-board', board: config, timeoutMs: 60_000 }, board, ctx)
  return { board, config, ctx, sysrq: keys, text: () => text }
}

realSuite('magic SysRq on a QEMU board, by telnet', ['qemu'], () => {
  test('IAC BRK and i: the kernel says so and kills all, also what ignores every signal; a new shell is there', async () => {
    const { board, sysrq, text } = await openQemu({ sysrq: 'all' })
    await board.shell.attach(never)
    await board.shell.command("(trap '' INT TERM HUP; exec sleep 4242)& true", never)
    await expect(sysrq.press('i', never)).resolves.toBe('Kill All Tasks')
    expect(text()).toMatch(/\[ +\d+\.\d{6}\] sysrq: Kill All Tasks/)
    await until(
      () =>
        board.shell.attach(never).then(
          () => true,
          () => false,
        ),
      'the shell that the first process starts again',
      30_000,
    )
    const left = await board.shell.command(
      "cat /proc/[0-9]*/cmdline|tr '\\0' ' '|grep -c 'sleep [4]242'",
      never,
    )
    expect(left).toEqual({ status: 1, output: '0\n' })
    await board.shell.detach()
  }, 120_000)

  test('b: the kernel resets, and the board is watched until it is back', async () => {
    const { board, config, ctx, text } = await openQemu()
    const result = await perform({ kind: 'reset', board: config }, board, ctx)
    expect(result).toEqual({ back: true, durationMs: expect.any(Number) })
    expect(text()).toMatch(/sysrq: Resetting[\s\S]*Linux version/)
    expect(text().match(/Linux version/g)?.length).toBeGreaterThanOrEqual(1)
  }, 120_000)

  test('a kernel that does not allow it is told with its own words', async () => {
    const { board, sysrq } = await openQemu()
    await board.shell.attach(never)
    await expect(sysrq.press('i', never)).rejects.toMatchObject({
      message: 'the kernel of peer does not take SysRq i: it said "This sysrq operation is disabled."',
      hint: expect.stringContaining('kernel.sysrq=1'),
    })
    await board.shell.detach()
  }, 120_000)

  // Ours and whatever else there is on the board, but the first process and itself.
  const stopsAll = 'kill -STOP -1; while :; do sleep 1; done'
  const job = (config: BoardConfig): RunTestJob => ({
    ...{ kind: 'run-test', id: 'T1', attempt: 1, board: config, args: [], env: {} },
    ...{ timeoutMs: 3_000, logLimitBytes: 1_000_000 },
    program: { kind: 'shell', command: stopsAll },
  })

  test('M6.4 a test that stopped all others, our shell too, is killed by the kernel with them; the board is clean', async () => {
    const { board, config, ctx, text } = await openQemu({ sysrq: 'all' })
    await expect(perform(job(config), board, ctx)).resolves.toMatchObject({
      failure: { failure: { class: 'timeout', cause: 'time limit', blame: 'none' } },
      ...{ endedBy: 'sysrq', boardClean: true },
    })
    expect(text()).toContain('sysrq: Kill All Tasks')
    await expect(board.shell.attach(never)).resolves.toMatchObject({ limits: [] })
    await board.shell.detach()
  }, 120_000)

  test('M6.4 where the kernel may only be reset it is, and the run says whether the board was back in time', async () => {
    const { board, config, ctx, text } = await openQemu()
    const result = await perform(job(config), board, ctx)
    expect(result).toMatchObject({
      failure: { failure: { class: 'timeout' } },
      endedBy: 'reset',
      boardClean: false,
    })
    expect(text()).toMatch(/sysrq: Resetting[\s\S]*Linux version/)
    expect(result.resetBack).toBeTypeOf('boolean')
    await perform({ kind: 'probe-board', board: config, timeoutMs: 60_000 }, board, ctx)
  }, 120_000)
})
