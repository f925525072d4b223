import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createSimulatedBoard } from '../../src/simulator/board.ts'
import { findJail } from '../../src/simulator/jail.ts'
import { until } from '../until.ts'
import { openConsole, processesOf, run, withBoard } from './console-client.ts'

const CTRL_C = '\x03'
const IAC = 255

test('a board boots with loader, kernel lines with rising stamps, and a prompt', async () => {
  await withBoard({ on: false, hostname: 'soc-a', kernel: '6.1.0-lab' }, async (board, client) => {
    expect(board.isOn()).toBe(false)
    board.power(true)
    await client.see(/# $/)
    expect(client.text()).toMatch(/U-Boot 2023\.01/)
    expect(client.text()).toMatch(/\[ {4}0\.\d{6}\] Linux version 6\.1\.0-lab /)
    const stamps = [...client.text().matchAll(/^\[ +(\d+\.\d{6})\]/gm)].map(found => Number(found[1]))
    expect(stamps.length).toBeGreaterThan(11)
    expect(stamps).toEqual([...stamps].sort((a, b) => a - b))
    await until(board.isUp, 'up')
    expect(await run(client, 'uname -r; uname -n; cat /etc/hostname')).toBe('6.1.0-lab\nsoc-a\nsoc-a')
  })
})

test('what is typed is really executed, and its status is its own', async () => {
  await withBoard({}, async (_board, client) => {
    expect(await run(client, 'expr 6 \\* 7')).toBe('42')
    expect(await run(client, 'seq 3 | tr "\\n" ,')).toBe('1,2,3,')
    await run(client, '(exit 7)')
    expect(client.text()).toContain('END 7')
    expect(await run(client, 'pwd; id -u; tty')).toBe('/root\n0\n/dev/pts/0')
  })
})

for (const shell of ['bash', 'dash'] as const)
  test(`Ctrl-C interrupts and the terminal's settings are its own (${shell})`, async () => {
    await withBoard({ shell }, async (_board, client) => {
      client.clear()
      // One process from its first word on: a shell may be between two commands when the interrupt comes.
      client.type('sh -c \'echo STAR""TED; exec sleep 1000\'\r')
      await client.see('STARTED')
      client.type(CTRL_C)
      await client.see('^C')
      expect(await run(client, 'stty -a | grep -c -- "-echo "')).toBe('0')
      expect(await run(client, 'stty -echo; stty -a | grep -c -- "-echo "')).toBe('1')
      client.clear()
      client.type("echo un''seen\r")
      await client.see('unseen')
      expect(client.text()).not.toContain("un''seen")
    })
  })

test('all 256 values pass both ways on a raw terminal, FF doubled on the wire', async () => {
  const all = Uint8Array.from({ length: 256 }, (_, value) => value)
  await withBoard({}, async (_board, client) => {
    client.clear()
    client.type("stty raw -echo; echo REA''DY; head -c 256; stty sane; echo DO''NE\r")
    await client.see('READY')
    client.clear()
    client.send(all)
    await client.see('DONE')
    expect(
      client.text().slice(client.text().indexOf('\0'), -1).startsWith(Buffer.from(all).toString('latin1')),
    ).toBe(true)
    expect(client.raw().includes(Buffer.of(254, IAC, IAC))).toBe(true)
  })
})

test('the greeting is what QEMU negotiates, a break is no data, unknown options are refused', async () => {
  await withBoard({}, async (_board, client) => {
    expect([...client.raw().subarray(0, 12)]).toEqual([255, 251, 1, 255, 251, 3, 255, 251, 0, 255, 253, 0])
    client.sendRaw(IAC, 251, 31, IAC, 253, 24, IAC, 250, 31, 0, 80, 0, 24, IAC, 240)
    await until(() => client.raw().includes(Buffer.of(IAC, 254, 31, IAC, 252, 24)), 'both refused')
    expect(await run(client, 'echo still here')).toBe('still here')
  })
})

test('a log-in is asked for, a wrong password is refused, and after exit it is asked for again', async () => {
  await withBoard({ login: { username: 'admin', password: "it's 1" } }, async (_board, client) => {
    await client.see('sim-a login: ')
    client.type('admin\r')
    await client.see('Password: ')
    client.type('wrong\r')
    await client.see('Login incorrect')
    client.clear()
    client.type('admin\r')
    await client.see('Password: ')
    client.type("it's 1\r")
    await client.see(/# $/)
    expect(client.text()).not.toContain("it's")
    expect(await run(client, 'echo in')).toBe('in')
    client.clear()
    client.type('exit\r')
    await client.see('login: ')
  })
})

test('power off in mid-command: silence at once, no process left, the connection stays; on boots again', async () => {
  await withBoard({}, async (board, client) => {
    await run(
      client,
      'echo kept > ~/file; echo lost > /tmp/file; (setsid sleep 5000 &) ; (nohup sleep 5001 > /dev/null 2>&1 &)',
    )
    expect(processesOf(board.id).length).toBeGreaterThan(4)
    client.type('while :; do echo tick; done\r')
    await client.see('tick\r\ntick')
    board.power(false)
    await until(() => processesOf(board.id).length === 0, 'every process gone')
    client.type('echo nobody\r')
    await until(
      () => board.record.some(event => event.kind === 'typed' && event.text.includes('nobody')),
      'typed',
    )
    const silent = client.text().length
    board.power(true)
    await until(board.isUp, 'up again')
    expect(client.isClosed()).toBe(false)
    expect(client.text().slice(silent)).toContain('U-Boot')
    expect(client.text()).not.toContain('nobody')
    await client.see(/# $/)
    expect(await run(client, 'cat ~/file /tmp/file')).toMatch(/^kept\ncat: \/tmp\/file: No such file/)
    const kinds = board.record.map(event => event.kind).filter(kind => kind !== 'typed')
    expect(kinds).toEqual(['power', 'boot', 'connect', 'prompt', 'power', 'power', 'boot', 'prompt'])
  })
})

test('a board that is its own telnet server drops the connection when it is switched off', async () => {
  await withBoard({ dropOnPowerOff: true, light: true }, async (board, client) => {
    board.power(false)
    await until(client.isClosed, 'closed')
  })
})

test('reboot starts it anew', async () => {
  await withBoard({}, async (board, client) => {
    client.type("reboot -f; echo sur''vived\r")
    await client.see('U-Boot 2023')
    await until(board.isUp, 'up again')
    expect(board.record.map(event => event.kind)).toContain('reset')
    expect(client.text()).not.toContain('survived')
  })
})

test('a panic prints its trace and then nothing; only a reset or power brings it back', async () => {
  await withBoard({}, async (board, client) => {
    client.clear()
    board.panic()
    await client.see('---[ end Kernel panic')
    expect(client.text()).toMatch(/\] Kernel panic - not syncing: Fatal exception.*\r\n.*CPU: 0/)
    expect(board.isUp()).toBe(false)
    await until(() => processesOf(board.id).length === 0, 'every process gone')
    client.clear()
    client.type('echo dead\r')
    await until(() => board.record.at(-1)?.kind === 'typed', 'typed')
    expect(client.text()).toBe('')
    // SysRq by a break on the line and a key, as QEMU passes it on.
    client.sendRaw(IAC, 243)
    client.type('b')
    await until(board.isUp, 'up again')
    expect(await run(client, 'echo back')).toBe('back')
  })
})

test('with panic=1 it reboots by itself', async () => {
  await withBoard({ afterPanic: 'reboot' }, async (board, client) => {
    client.clear()
    board.panic()
    await client.see('Rebooting in 1 seconds')
    await client.see(/U-Boot[\s\S]*# $/)
  })
})

test('a kernel line is injected in the middle of a line, and programs print some by /dev/kmsg', async () => {
  await withBoard({}, async (board, client) => {
    client.clear()
    client.type('echo half')
    await client.see('echo half')
    board.inject('usb 1-1: reset')
    await client.see(/echo half\[ +\d+\.\d{6}\] usb 1-1: reset\r\n/)
    client.type(CTRL_C)
    await run(client, "echo '<0>Oops: 0000 [#1] SMP' > /dev/kmsg; echo '<7>unseen' > /dev/kmsg")
    await client.see(/\[ +\d+\.\d{6}\] Oops: 0000 \[#1\] SMP\r\n/)
    expect(client.text()).not.toMatch(/\] unseen/)
  })
})

test('noise in mid-line, and without it every byte of the output in order', async () => {
  await withBoard({ noise: { everyBytes: 150, linesPerSecond: 100 } }, async (_board, client) => {
    client.clear()
    client.type("stty -echo; seq 1 4000; echo DO''NE\r")
    await client.see(/D(.*\r\n)*O(.*\r\n)*N(.*\r\n)*E/)
    const clean = client.text().replaceAll(/\[ +\d+\.\d{6}\] [^\r]*\r\n/g, '')
    const expected = Array.from({ length: 4000 }, (_, at) => `${at + 1}\r\n`).join('')
    expect(clean.includes(expected)).toBe(true)
    expect(client.text().match(/\[ +\d+\.\d{6}\] /g)?.length).toBeGreaterThan(80)
  })
})

test.skipIf((await findJail()) === 'none')(
  'the console level is lowered, read back and obeyed by noise that has a level',
  async () => {
    await withBoard({}, async (board, client) => {
      expect(await run(client, 'cat /proc/sys/kernel/printk')).toBe('7\t4\t1\t7')
      expect(await run(client, 'echo 4 > /proc/sys/kernel/printk; cat /proc/sys/kernel/printk')).toBe('4')
      board.noise.set({ linesPerSecond: 500, level: 6 })
      expect(await run(client, 'sleep 0.1; dmesg -n 1; cut -f1 /proc/sys/kernel/printk')).toBe('1')
      client.type('echo 8 > /proc/sys/kernel/printk\r')
      await client.see(/\[ +\d+\.\d{6}\] /)
    })
  },
)

test('a megabyte arrives whole through raw mode while kernel lines are spliced in', async () => {
  const data = Uint8Array.from({ length: 1 << 20 }, (_, at) => (at * 7 + (at >> 8)) % 256)
  const sum = createHash('sha256').update(data).digest('hex')
  await withBoard({ noise: { everyBytes: 2000 } }, async (_board, client) => {
    client.type(
      `stty raw -echo; echo REA''DY; head -c ${data.length} > /tmp/data; stty sane; sha256sum < /tmp/data | cut -c 1-4\r`,
    )
    await client.see('READY')
    client.clear()
    client.send(data)
    // Only the beginning is looked for: a kernel line may be spliced into a long word.
    await client.see(new RegExp([...sum.slice(0, 4)].join('(\\[ .*\\r\\n)?')))
  })
})

test('the second client hears nothing until the first leaves; a console server turns it away', async () => {
  await withBoard({ light: true }, async (board, first) => {
    const second = await openConsole(board.port)
    second.type('typed early\r')
    first.type('x')
    await first.see('# x')
    expect(second.raw().length).toBe(0)
    first.close()
    await second.see('typed early')
    expect([...second.raw().subarray(0, 3)]).toEqual([255, 251, 1])
    second.close()
  })
  await withBoard({ light: true, secondClient: 'refuse' }, async (board, first) => {
    const second = await openConsole(board.port)
    await second.see('Port already in use')
    await until(second.isClosed, 'closed')
    expect(first.isClosed()).toBe(false)
  })
})

test('a line of 115200 baud carries no more than that, and loses nothing', async () => {
  await withBoard({ baud: 115_200 }, async (_board, client) => {
    client.clear()
    client.type("stty -echo; echo REA''DY; seq 10001 12000\r")
    await client.see('READY\r\n')
    const from = performance.now()
    const already = client.text().length
    // The echo of the command ends in that number too.
    await client.see('\n12000\r\n')
    const carried = client.text().length - already
    const expected = Array.from({ length: 2000 }, (_, at) => `${at + 10_001}\r\n`).join('')
    expect(client.text().includes(expected)).toBe(true)
    expect(carried).toBeGreaterThan(10_000)
    // What had left the board before the clock was read may still have been under way: 100 bytes are let go.
    expect(performance.now() - from).toBeGreaterThan((carried - 100) / 11.52)
  })
})

test('a port in use is an error that names it', async () => {
  await withBoard({ light: true }, async board => {
    const again = createSimulatedBoard({ id: 'sim-b', dir: board.dir, port: board.port, light: true })
    await expect(again).rejects.toThrow(`EADDRINUSE: address already in use 127.0.0.1:${board.port}`)
  })
})

test('a light board prompts and echoes without any process', async () => {
  await withBoard({ light: true }, async (board, client) => {
    client.type('hello\r')
    await client.see('hello\r\n# ')
    expect(board.jail).toBe('light')
    expect(processesOf(board.id)).toEqual([])
    expect(existsSync(join(board.dir, 'fs'))).toBe(false)
  })
})

test('closing leaves no process, no port and a folder that can be looked at; again is harmless', async () => {
  await withBoard({}, async (board, client) => {
    await run(client, 'echo mine > ~/mine; setsid sleep 4000 & disown')
    await board.close()
    expect(processesOf(board.id)).toEqual([])
    await expect(openConsole(board.port)).rejects.toThrow('ECONNREFUSED')
    expect(readFileSync(join(board.dir, 'fs/root/mine'), 'utf8')).toBe('mine\n')
    await board.close()
    expect(board.record.at(-1)).toMatchObject({ kind: 'disconnect', by: 'board' })
  })
})

test('the record tells bursts of typing with their first byte, and goes to whoever listens', async () => {
  const heard: string[] = []
  await withBoard({ light: true, onEvent: event => heard.push(event.kind) }, async (board, client) => {
    client.type('first\r')
    await client.see('first')
    await until(() => heard.includes('typed'), 'the burst ended')
    client.type('x'.repeat(1000))
    await client.see('xxx')
    const typed = board.record.filter(event => event.kind === 'typed')
    expect(typed.map(event => event.count)).toEqual([6, 1000])
    expect(typed[1]?.text).toBe('x'.repeat(200))
    expect(typed[0]?.t).toBeLessThanOrEqual(typed[1]?.t ?? 0)
  })
  expect(heard.filter(kind => kind === 'typed').length).toBe(2)
})

test('what a board finds in its folder is what was put there', async () => {
  await withBoard({}, async (board, client) => {
    writeFileSync(join(board.dir, 'fs/root/given'), 'given\n')
    expect(await run(client, 'cat given')).toBe('given')
  })
})
