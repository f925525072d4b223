import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../src/clock.ts'
import { silentLog } from '../../src/log.ts'
import { openBoard } from '../../src/rig.ts'
import { createEmbeddedSite } from '../../src/sites/embedded.ts'
import { perform } from '../../src/work/index.ts'
import type { WorkEvent } from '../../src/work/types.ts'
import { peerConfig } from '../suites/console-peer.ts'
import { until } from '../until.ts'
import { type Bot, startBot } from './bot.ts'
import { realSuite } from './fixtures/available.ts'
import { compile } from './fixtures/compile.ts'
import { type QemuBoard, startQemuBoard } from './fixtures/qemu.ts'
import { type SnmpPdu, startSnmpPdu } from './fixtures/snmpd.ts'
import { ask, booted, type Traces, tracesOn } from './look.ts'

const OUTLET = 3

realSuite('the main job on a real Linux', ['qemu', 'snmpd', 'compiler'], () => {
  let files: string
  let board: QemuBoard
  let pdu: SnmpPdu
  let bot: Bot
  let before: Traces

  beforeAll(async () => {
    files = await mkdtemp(join(tmpdir(), 'boardroom-'))
    await Promise.all([compile('hello', files), compile('loop', files)])
    board = await startQemuBoard()
    pdu = await startSnmpPdu({ [OUTLET]: board })
    await booted(board.port)
    before = await tracesOn(board.port)
    bot = await startBot({
      files,
      inventory: {
        settings: { power_cycle_delay: '0s', recovery_cooldown: '0s', same_board_retry: '0s' },
        pdus: { '127.0.0.1': { port: pdu.port, version: '2c', community: pdu.write } },
        boards: [
          {
            id: 'q1',
            family: 'qemu',
            console: { host: board.host, port: board.port },
            power: { pdu: '127.0.0.1', outlet: OUTLET },
          },
        ],
      },
    })
  })

  afterAll(async () => {
    await bot?.close()
    await pdu?.close()
    await board?.close()
    await rm(files, { recursive: true, force: true })
  })

  const look = (): Promise<Traces> => bot.without(() => tracesOn(board.port))

  test('a static program is copied, checked, run, and its output and exit status 0 are told', async () => {
    const program = await readFile(join(files, 'hello'))
    const run = await bot.run('run-test qemu ./hello -- one "two words"')
    expect(run).toMatchObject({
      state: 'passed',
      program: { size: program.length, sha256: createHash('sha256').update(program).digest('hex') },
      attempts: [{ board: 'q1', failure: null }],
      result: { exitStatus: 0, endedBy: 'itself', failure: null, copied: { bytes: program.length } },
    })
    const output = 'hello from a real program\nword 1: one\nword 2: two words\n'
    expect((await bot.file(run, 'output.log')).replaceAll('\r\n', '\n')).toBe(output)
    expect(run.result?.tail).toEqual(output.trimEnd().split('\n'))
    expect(await bot.file(run, 'console.log')).toContain('hello from a real program')
    expect(bot.told.at(-1)).toMatch(/@mei T\d+ passed on q1 .*hello\. Log: http:/)
    expect(bot.lab().board('q1')).toMatchObject({ status: 'available', lease: null, health: 'healthy' })
  })

  test('M6.2 what was copied is, on the board, what was given: 64 kB of any bytes', async () => {
    // It says its own sum, and the shell reads no further than that.
    const head = Buffer.from('#!/bin/sh\nsha256sum <"$0"\nexit 0\n')
    const program = Buffer.concat([head, randomBytes(65_536 - head.length)])
    await writeFile(join(files, 'sum'), program)
    const run = await bot.run('run-test qemu ./sum')
    const sum = createHash('sha256').update(program).digest('hex')
    expect(run.result).toMatchObject({ exitStatus: 0, tail: [`${sum}  -`] })
  })

  test('a program that exits 3 failed, and says so', async () => {
    const run = await bot.run('run-test qemu ./hello -- --exit 3')
    expect(run).toMatchObject({
      state: 'failed',
      result: {
        exitStatus: 3,
        endedBy: 'itself',
        title: 'exit status 3',
        failure: { class: 'test', cause: 'exit status', blame: 'none' },
        tail: ['hello from a real program'],
      },
    })
    expect(bot.told.at(-1)).toMatch(/@mei T\d+ failed .*exit status 3/)
  })

  test('M6.8 files that a test leaves are fetched, what a kernel says included, and what is not there is said', async () => {
    const run = await bot.run(
      `run-test qemu --collect 'out/*' --collect /proc/version --collect none --shell "mkdir out; echo 'Kernel panic - not syncing: a tale' >out/log; seq 2000 >out/numbers"`,
    )
    expect(run).toMatchObject({ state: 'passed', result: { collected: { none: ['none'], problem: null } } })
    expect(await bot.file(run, 'out_log')).toBe('Kernel panic - not syncing: a tale\n')
    const numbers = await bot.file(run, 'out_numbers')
    expect(run.result?.files.find(file => file.name === 'out_numbers')?.sha256).toBe(
      createHash('sha256').update(numbers).digest('hex'),
    )
    expect(
      numbers
        .split('\n')
        .slice(0, 2000)
        .every((line, at) => line === `${at + 1}`),
    ).toBe(true)
  })

  test('the console shows warnings and worse while a test runs, and the environment is what was given', async () => {
    const run = await bot.run(
      'run-test qemu --env KEY="a value" --shell "cat /proc/sys/kernel/printk; echo $KEY"',
    )
    expect(run.result?.tail).toEqual([expect.stringMatching(/^5\s/), 'a value'])
  })

  test('M6.4 one that loops for ever and ignores interrupts is ended with all its processes, and no trace of it is left', async () => {
    const run = await bot.run('run-test qemu ./loop --timeout 2s')
    expect(run).toMatchObject({
      state: 'timeout',
      result: {
        exitStatus: null,
        endedBy: 'kill',
        failure: { class: 'timeout', cause: 'time limit', blame: 'none' },
      },
    })
    const output = await bot.file(run, 'output.log')
    for (const who of ['parent', 'child', 'stray']) expect(output).toContain(`loop: ${who} `)
    expect(await bot.type('boards health q1')).toMatchObject({ kind: 'done', exit: 0 })
    expect(await look()).toEqual(before)
    expect(await bot.run('run-test qemu --shell "echo well"')).toMatchObject({
      state: 'passed',
      result: { tail: ['well'] },
      attempts: [{ failure: null }],
    })
    expect(pdu.commands).toEqual([])
  })

  test('a running test that is cancelled is interrupted, and leaves the board as it was', async () => {
    const { id } = await bot.submit(
      'run-test qemu --shell "trap \'echo cleaned up; exit 9\' INT; echo going; while :; do sleep 1; done"',
    )
    await until(() => bot.lab().progress(id)?.lastLine === 'going', 'the test to be going', 60_000)
    expect(await bot.type(`queue cancel ${id}`)).toMatchObject({ kind: 'done' })
    const run = await bot.ended(id)
    expect(run).toMatchObject({
      state: 'cancelled',
      result: { endedBy: 'interrupt', failure: { class: 'cancelled', cause: 'cancelled', blame: 'none' } },
    })
    expect(await bot.file(run, 'output.log')).toMatch(/^going\r?\n[\s\S]*^cleaned up\r?\n/m)
    expect(await look()).toEqual(before)
  })

  test('M6.7 one that crashes the kernel is named a kernel panic; its board is power-cycled and runs the next', async () => {
    const boot = 'cat /proc/sys/kernel/random/boot_id'
    const first = await bot.run(`run-test qemu --shell "${boot}"`)
    const run = await bot.run(
      'run-test qemu --shell "echo about to crash; echo c > /proc/sysrq-trigger; sleep 60"',
    )
    expect(run).toMatchObject({
      state: 'failed',
      attempts: [{ board: 'q1' }],
      result: {
        exitStatus: null,
        title: 'kernel panic: sysrq triggered crash',
        failure: { class: 'test', cause: 'panic', blame: 'none' },
        // The trace to its end.
        proof: expect.arrayContaining([
          'Kernel panic - not syncing: sysrq triggered crash',
          '---[ end Kernel panic - not syncing: sysrq triggered crash ]---',
        ]),
      },
    })
    const log = await bot.file(run, 'console.log')
    expect(log).toMatch(/about to crash[\s\S]*Call Trace:[\s\S]*---\[ end Kernel panic/)
    expect(bot.told.at(-1)).toMatch(/failed .*kernel panic: sysrq triggered crash/)

    const next = await bot.run(`run-test qemu --shell "${boot}"`)
    expect(next).toMatchObject({ state: 'passed', attempts: [{ failure: null }] })
    expect(next.result?.tail).not.toEqual(first.result?.tail)
    expect(pdu.commands).toEqual([`${OUTLET} off`, `${OUTLET} on`])
    // A panic under a test is the test's, not the board's.
    expect(bot.lab().board('q1')?.state.failures).toEqual([])
  })

  test('one that restarts the board failed by a reset, and the board is used again without a power cycle', async () => {
    const switched = pdu.commands.length
    const run = await bot.run('run-test qemu --shell "echo about to restart; reboot -f; sleep 60"')
    expect(run).toMatchObject({
      state: 'failed',
      attempts: [{ board: 'q1' }],
      result: {
        exitStatus: null,
        title: expect.stringMatching(/^reset: Linux version 6/),
        failure: { class: 'test', cause: 'reset', blame: 'none' },
        proof: [expect.stringMatching(/Linux version 6/)],
      },
    })
    expect(await bot.run('run-test qemu --shell true')).toMatchObject({
      state: 'passed',
      attempts: [{ failure: null }],
    })
    expect(pdu.commands).toHaveLength(switched)
    expect(await look()).toEqual(before)
  })

  test("a binary too large for the board's /tmp is refused with what it needs and what is free", async () => {
    await bot.without(() => ask(board.port, 'mount -t tmpfs -o size=256k small /tmp'))
    const { size } = await readFile(join(files, 'hello')).then(({ length }) => ({ size: length }))
    const run = await bot.run('run-test qemu ./hello')
    expect(run).toMatchObject({
      state: 'failed',
      result: { failure: { class: 'input', cause: 'disk', blame: 'none' } },
      attempts: [{ failure: { cause: 'disk' } }],
    })
    expect(run.result?.message).toMatch(
      new RegExp(`too large for the board: ${size} bytes, and /tmp/.* on q1 has \\d+ bytes free`),
    )
    expect(bot.told.at(-1)).toMatch(/too large .* bytes are needed/)
    expect(bot.lab().board('q1')?.state.failures).toEqual([])
    expect(await look()).toEqual(before)
  })
})

realSuite('a panic on a real Linux', ['qemu'], () => {
  test('M6.7 it is reported with the very bytes that end its first line, while the test still runs', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
    onTestFinished(() => rm(dir, { recursive: true, force: true }))
    const qemu = await startQemuBoard()
    onTestFinished(() => qemu.close())
    await booted(qemu.port)
    const deps = { clock: systemClock, log: silentLog }
    const open = (config: Parameters<typeof openBoard>[0]) => openBoard(config, { dataDir: dir, ...deps })
    const site = createEmbeddedSite({ id: 'here', open, work: perform, ...deps })
    onTestFinished(() => site.close())
    const board = peerConfig(qemu)
    site.watch(board, () => {})

    const events: WorkEvent[] = []
    const result = await site.perform(
      {
        ...{ kind: 'run-test', id: 'T1', attempt: 1, board, args: [], env: {} },
        ...{ timeoutMs: 60_000, logLimitBytes: 1_000_000 },
        program: { kind: 'shell', command: 'echo c > /proc/sysrq-trigger; sleep 60' },
      },
      { token: 1, signal: new AbortController().signal, onEvent: event => events.push(event) },
    )
    const line = 'Kernel panic - not syncing: sysrq triggered crash'
    const at = events.findIndex(event => event.kind === 'finding')
    expect(events[at]).toMatchObject({
      finding: { cause: 'panic', title: 'kernel panic: sysrq triggered crash', line },
    })
    const heard = (upTo: number): string =>
      events.slice(0, upTo).reduce((text, event) => text + (event.kind === 'log' ? textOf(event) : ''), '')
    expect(heard(at)).toMatch(new RegExp(`${line}\\r*\\n`))
    expect(heard(at - 1)).not.toMatch(new RegExp(`${line}\\r*\\n`))
    expect(heard(events.length)).toContain('---[ end Kernel panic')
    expect(result).toMatchObject({
      status: null,
      boardClean: false,
      failure: { failure: { cause: 'panic' } },
    })
  })
})

function textOf({ bytes }: { bytes: Uint8Array }): string {
  return Buffer.from(bytes).toString('latin1')
}
