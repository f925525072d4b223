import { afterAll, beforeAll, expect, test } from 'vitest'
import type { PowerEvent } from '../../src/lab/types.ts'
import { type Bot, startBot } from './bot.ts'
import { realSuite } from './fixtures/available.ts'
import { type QemuBoard, startQemuBoard } from './fixtures/qemu.ts'
import { type SnmpPdu, startSnmpPdu } from './fixtures/snmpd.ts'
import { booted } from './look.ts'

realSuite('power of real boards through a real snmpd', ['qemu', 'snmpd'], () => {
  const boards: QemuBoard[] = []
  let pdu: SnmpPdu
  let bot: Bot

  beforeAll(async () => {
    for (const board of await Promise.all([startQemuBoard(), startQemuBoard()])) boards.push(board)
    const [v2, v3] = boards as [QemuBoard, QemuBoard]
    pdu = await startSnmpPdu({ 2: v2, 3: v3 })
    const { name, authKey } = pdu.user
    const user = { name, auth_password: authKey, priv_password: '${PDU_PRIVACY}' }
    const at = { address: pdu.host, port: pdu.port }
    const console = ({ host, port }: QemuBoard): object => ({ host, port })
    await Promise.all(boards.map(board => booted(board.port)))
    bot = await startBot({
      files: '/',
      variables: { PDU_PRIVACY: pdu.user.privKey },
      inventory: {
        settings: { power_cycle_delay: '1s', same_board_retry: '0s' },
        // One PDU, asked in two ways.
        pdus: {
          'pdu-v2': { ...at, version: '2c', community: pdu.write, read_community: pdu.read },
          'pdu-v3': { ...at, version: '3', user },
        },
        boards: [
          { id: 'v2', family: 'qemu', console: console(v2), power: { pdu: 'pdu-v2', outlet: 2 } },
          { id: 'v3', family: 'qemu', console: console(v3), power: { pdu: 'pdu-v3', outlet: 3 } },
        ],
      },
    })
  })

  afterAll(async () => {
    await bot?.close()
    await pdu?.close()
    await Promise.all(boards.map(board => board.close()))
  })

  const stages = (event: PowerEvent): readonly string[] => event.steps.map(({ stage }) => stage)
  const read = async (id: string): Promise<unknown> => {
    const outcome = await bot.type(`power status ${id}`)
    return outcome.kind === 'done' ? outcome.result : outcome.fault
  }
  const bootId = async (id: string): Promise<string> => {
    const line = `run-test qemu --board ${id} --shell "cat /proc/sys/kernel/random/boot_id"`
    const run = await bot.run(line)
    expect(run).toMatchObject({
      state: 'passed',
      result: { tail: [expect.stringMatching(/^[0-9a-f-]{36}$/)] },
    })
    return run.result?.tail[0] ?? ''
  }

  test.for([
    { id: 'v2', version: '2c', outlet: 2 },
    { id: 'v3', version: '3', outlet: 3 },
  ])(
    'H18.2 H18.6 H18.7 a power cycle by SNMP $version: read back off, then on, booting, back, and really restarted',
    async ({ id, outlet }) => {
      const board = boards[outlet - 2]
      const [before, pid, said] = [await bootId(id), board?.pid(), pdu.commands.length]
      expect(await read(id)).toMatchObject({ event: { after: 'on', failure: null } })

      const event = await bot.power(`power cycle ${id}`)
      expect(event).toMatchObject({ before: 'on', after: 'on', back: true, failure: null })
      expect(stages(event)).toEqual(['off', 'on', 'booting', 'back'])
      expect(pdu.commands.slice(said)).toEqual([`${outlet} off`, `${outlet} on`])
      expect(board?.isOn()).toBe(true)
      expect(board?.pid()).not.toBe(pid)
      expect(await bootId(id)).not.toBe(before)
      expect(await bot.lab().powerEvents(id)).toMatchObject([
        { action: 'cycle', by: { id: 'mei' }, back: true },
      ])
    },
  )

  test('H18.6 switched off it reads off and its console is gone; on again, it runs tests', async () => {
    const [board] = boards
    expect(await bot.power('power off v2')).toMatchObject({ before: 'on', after: 'off', failure: null })
    expect(board?.isOn()).toBe(false)
    expect(await read('v2')).toMatchObject({ event: { after: 'off' } })
    expect(bot.lab().board('v2')).toMatchObject({ usable: false, power: 'off' })
    expect(await bot.power('power on v2')).toMatchObject({ before: 'off', after: 'on', failure: null })
    expect(board?.isOn()).toBe(true)
    await bootId('v2')
  })

  test('P16 a PDU that stopped answering is said to, by name and time, and nothing is claimed to be switched', async () => {
    const [board] = boards
    const pid = board?.pid()
    pdu.hang(true)
    const event = await bot.power('power cycle v2').finally(() => pdu.hang(false))
    expect(event).toMatchObject({
      after: null,
      back: null,
      failure: { class: 'infrastructure', cause: 'power', blame: 'site' },
      message: expect.stringMatching(/no answer from pdu-v2 outlet 2 within 5 s \(3 tries\)/),
    })
    expect(board?.pid()).toBe(pid)
    expect(await read('v2')).toMatchObject({ event: { after: 'on' } })
    expect(bot.lab().board('v2')?.state.failures).toEqual([])
    // Nobody but a person, or its next check, says that it is well.
    expect(await bot.type('boards health v2')).toMatchObject({ kind: 'done', exit: 0 })
    await bootId('v2')
  })
})
