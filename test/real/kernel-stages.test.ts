import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLogReader, type Reading } from '../../src/reading/log-reader.ts'
import type { Stage } from '../../src/reading/verdict.ts'
import { until } from '../until.ts'
import { type Bot, startBot } from './bot.ts'
import { realSuite } from './fixtures/available.ts'
import { type KernelBoard, startKernelBoard } from './fixtures/kernel-board.ts'
import { BUILD_MS } from './fixtures/lab-kernel.ts'
import { type SnmpPdu, startSnmpPdu } from './fixtures/snmpd.ts'
import { booted } from './look.ts'

const OUTLET = 4
const PATIENCE_MS = 180_000
const RUN = 'run-test lab --timeout 60s'
const WELL = `${RUN} --shell "echo well"`
/** Crashes as soon as more than so much of a file has come: in the middle of a transfer. */
const CRASH_IN_TRANSFER =
  'while [ "$(du -s /tmp | cut -f1)" -lt 16 ]; do usleep 20000; done; echo c >/proc/sysrq-trigger'

realSuite('a kernel that fails in any stage', ['qemu', 'lab-kernel', 'snmpd'], () => {
  let files: string
  let board: KernelBoard
  let pdu: SnmpPdu
  let bot: Bot

  beforeAll(async () => {
    files = await mkdtemp(join(tmpdir(), 'boardroom-'))
    board = await startKernelBoard()
    pdu = await startSnmpPdu({ [OUTLET]: board })
    await booted(board.port)
    bot = await startBot({
      files,
      inventory: {
        settings: {
          ...{ power_cycle_delay: '0s', recovery_cooldown: '0s', same_board_retry: '0s' },
          recovery: { most_in_a_day: 48 },
        },
        pdus: { '127.0.0.1': { port: pdu.port, version: '2c', community: pdu.write } },
        boards: [
          {
            ...{ id: 'k1', family: 'lab', boot_timeout: '15s' },
            console: { host: board.host, port: board.port },
            power: { pdu: '127.0.0.1', outlet: OUTLET },
          },
        ],
      },
    })
  }, BUILD_MS + 120_000)

  afterAll(async () => {
    await bot?.close()
    await pdu?.close()
    await board?.close()
    await rm(files, { recursive: true, force: true })
  })

  const read = (log: string, stage: Stage): Reading => {
    const reader = createLogReader({ stage })
    reader.push(Buffer.from(log, 'latin1'))
    return reader.end()
  }
  const logSince = async (since: number): Promise<string> => {
    const { lines } = await bot.lab().boardLog('k1', null, { since, limit: 2000 })
    return lines.map(({ text }) => `${text}\n`).join('')
  }
  const isWell = async (): Promise<void> => {
    expect(await bot.run(WELL, PATIENCE_MS)).toMatchObject({
      ...{ state: 'passed', attempts: [{ failure: null }] },
      result: { tail: ['well'] },
    })
  }

  test('transfer: a panic while the program is copied is no fault of the test, which runs when the board is back', {
    timeout: PATIENCE_MS,
  }, async () => {
    await writeFile(
      join(files, 'large'),
      Buffer.concat([Buffer.from('#!/bin/sh\nexit 0\n'), randomBytes(200_000)]),
    )
    await board.behind(CRASH_IN_TRANSFER)
    const run = await bot.run(`${RUN} ./large`, PATIENCE_MS)
    expect(run).toMatchObject({
      state: 'passed',
      attempts: [{ failure: { class: 'infrastructure', cause: 'panic', blame: 'board' } }, { failure: null }],
    })
    expect(run.attempts[0]?.message).toMatch(/sysrq triggered crash/)
  })

  test('run: power cut under a test is no fault of the test, which runs again when the board is back', {
    timeout: PATIENCE_MS,
  }, async () => {
    const { id } = await bot.submit(`${RUN} --shell "echo going; sleep 8; echo over"`)
    await until(() => bot.lab().progress(id)?.lastLine === 'going', 'the test goes', PATIENCE_MS)
    await board.power(false)
    const run = await bot.ended(id, PATIENCE_MS)
    expect(run.attempts[0]?.failure).toMatchObject({ class: 'infrastructure' })
    expect(run.attempts[0]?.failure?.blame).not.toBe('none')
    await isWell()
  })

  test('idle: a panic while nothing runs is looked after before anybody asks, and counts against no test', {
    timeout: PATIENCE_MS,
  }, async () => {
    await isWell()
    const cycles = pdu.commands.length
    await board.behind('echo c >/proc/sysrq-trigger')
    await until(() => pdu.commands.length >= cycles + 2, 'its power was cycled', PATIENCE_MS)
    await until(() => bot.lab().board('k1')?.status === 'available', 'it is back', PATIENCE_MS)
    await isWell()
  })

  test('idle: a restart that nobody asked for leaves a board that works, and needs no power cycle', {
    timeout: PATIENCE_MS,
  }, async () => {
    const cycles = pdu.commands.length
    await board.behind('echo b >/proc/sysrq-trigger')
    await isWell()
    expect(pdu.commands).toHaveLength(cycles)
  })

  test.for([
    {
      name: 'no root file system',
      start: { line: 'root=/dev/sda1', initramfs: false },
      title: /VFS: Unable to mount root fs/,
    },
    {
      name: 'an init that ends at once',
      start: { line: 'rdinit=/bin/true' },
      title: /Attempted to kill init! exitcode=0x00000000/,
    },
  ])(
    'boot: $name: the cycle says that it is not back, its log says why, and mended it is back',
    { timeout: PATIENCE_MS },
    async ({ start, title }) => {
      board.startsWith(start)
      const asked = Date.now()
      const event = await bot.power('power cycle k1', PATIENCE_MS)
      expect(event).toMatchObject({ after: 'on', back: false })
      const log = await logSince(asked)
      const { verdict, events } = read(log, 'boot')
      expect(events.at(-1)).toMatchObject({ kind: 'init missing', title: expect.stringMatching(title) })
      expect(verdict).toMatchObject({ class: 'infrastructure', blame: 'board' })
      board.startsWith({})
      expect(await bot.power('power cycle k1', PATIENCE_MS)).toMatchObject({ back: true, failure: null })
      await isWell()
    },
  )
})
