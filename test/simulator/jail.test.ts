import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findJail } from '../../src/simulator/jail.ts'
import { until } from '../until.ts'
import { type ConsoleClient, run, withBoard } from './console-client.ts'

const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')
const uptime = (): number => Number.parseFloat(readFileSync('/proc/uptime', 'utf8'))

/** Nothing is ever written to a trigger that was not seen to be the board's own. */
async function assertOurSysrq(client: ConsoleClient): Promise<void> {
  const kind = await run(
    client,
    'test -p /proc/sysrq-trigger && test /proc/sysrq-trigger -ef /board/sysrq && echo ours',
  )
  if (kind !== 'ours') throw new Error('the jail has no SysRq of its own: nothing is written to it')
}

// An ordinary user on a machine without user namespaces has no jail, and his board cannot be told to need one.
describe.skipIf((await findJail()) === 'none')('in its jail', () => {
  test('a board sees its own processes only, and kills nobody else', async () => {
    const victim = spawn('sleep', ['600'], { stdio: 'ignore' })
    try {
      await withBoard({}, async (board, client) => {
        expect(board.jail).not.toBe('none')
        const seen = await run(client, 'ps -e -o pid=,args=')
        expect(seen).toMatch(/^ *1 \/bin\/sh \/board\/init$/m)
        expect(seen).not.toContain('sleep 600')
        expect(await run(client, `kill -9 ${victim.pid}`)).toContain('No such process')
        expect(await run(client, `ls /proc/${process.pid}/exe || ls /proc/${victim.pid}/exe`)).toContain(
          'No such file',
        )
        await client.see(/# $/)
        client.clear()
        client.type('kill -9 -1\r')
        await client.see(/# $/)
        expect(await run(client, 'echo alive')).toBe('alive')
        expect(victim.exitCode ?? victim.signalCode).toBeNull()
      })
    } finally {
      victim.kill()
      await once(victim, 'close')
    }
  })

  test('/tmp is its own, the programs are read-only, and the rest of the machine is not there', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'boardroom-'))
    await writeFile(join(outside, 'file'), 'host')
    try {
      await withBoard({}, async (board, client) => {
        expect(await run(client, `ls -A /tmp; cat ${outside}/file`)).toMatch(/^cat: .*No such file/)
        await run(client, `touch /tmp/${board.id}-made`)
        expect(existsSync(join(tmpdir(), `${board.id}-made`))).toBe(false)
        expect(existsSync(join(board.dir, 'fs/tmp', `${board.id}-made`))).toBe(true)
        expect(await run(client, 'touch /usr/made')).toContain('Read-only file system')
        expect(
          await run(client, `ls -d ${process.cwd()} ${board.dir} /home /sys/kernel 2>/dev/null | wc -l`),
        ).toBe('0')
        expect(await run(client, 'ls -A /dev | tr "\\n" " "')).toBe(
          'fd full kmsg null ptmx pts random shm stderr stdin stdout tty urandom zero',
        )
      })
    } finally {
      await rm(outside, { recursive: true })
    }
  })

  test('it has no privilege to take the jail apart, and cannot write to the kernel', async () => {
    await withBoard({}, async (_board, client) => {
      const capabilities = await run(
        client,
        'grep -E "Cap(Prm|Eff|Bnd)" /proc/self/status | cut -f2 | sort -u',
      )
      expect(capabilities).toBe('0000000000000000')
      expect(await run(client, 'umount /proc/sysrq-trigger; mount -t tmpfs none /tmp')).toMatch(
        /must be superuser[\s\S]*(must be superuser|permission denied)/,
      )
      expect(await run(client, 'echo 1 > /proc/sys/vm/overcommit_memory')).toMatch(
        /Read-only|Permission denied/,
      )
      expect(await run(client, 'grep NoNewPrivs /proc/self/status | cut -f2')).toBe('1')
    })
  })

  test('its environment is clean', async () => {
    process.env['BOARDROOM_TEST_SECRET'] = 'marked-secret'
    try {
      await withBoard({}, async (_board, client) => {
        const names = (await run(client, 'env | cut -d= -f1 | sort | tr "\\n" " "')).split(' ')
        expect(names).not.toContain('BOARDROOM_TEST_SECRET')
        expect(names.length).toBeLessThan(20)
        expect(await run(client, 'cat /proc/1/environ | tr "\\0" "\\n" | grep -c marked')).toBe('0')
      })
    } finally {
      delete process.env['BOARDROOM_TEST_SECRET']
    }
  })

  test('SysRq is simulated: a crash is a panic of this board, and nothing of the machine', async () => {
    const before = { bootId: bootId(), uptime: uptime() }
    await withBoard({}, async (board, client) => {
      await assertOurSysrq(client)
      client.clear()
      client.type('echo c > /proc/sysrq-trigger\r')
      await client.see('Kernel panic - not syncing: sysrq triggered crash')
      await client.see('---[ end Kernel panic')
      expect(board.record.find(event => event.kind === 'panic')).toMatchObject({ by: 'sysrq' })
    })
    expect(bootId()).toBe(before.bootId)
    expect(uptime()).toBeGreaterThanOrEqual(before.uptime)
  })

  test('what a program prints after it crashed the kernel is never seen', async () => {
    await withBoard({}, async (board, client) => {
      for (let boot = 1; boot <= 5; boot++) {
        await assertOurSysrq(client)
        client.clear()
        client.type("sh -c 'echo c > /proc/sysrq-trigger'; echo sur''vived; seq 1000\r")
        await client.see('---[ end Kernel panic')
        expect(client.text()).not.toContain('survived')
        board.reset()
        await until(board.isUp, 'up again')
      }
    })
  })
})
