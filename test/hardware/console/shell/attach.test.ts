import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Shell } from '../../../../src/hardware/types.ts'
import { until } from '../../../until.ts'
import { openPtyBoard, type PtyBoard, type PtyBoardOptions, SHELLS, shellOn } from './pty-board.ts'

const never = new AbortController().signal
const open: PtyBoard[] = []

async function board(options: PtyBoardOptions): Promise<PtyBoard> {
  const opened = await openPtyBoard(options)
  open.push(opened)
  return opened
}

function type(on: PtyBoard, text: string): Promise<void> {
  return on.write(Buffer.from(text, 'latin1'))
}

async function seen(on: PtyBoard, text: string): Promise<void> {
  await until(() => on.log().includes(text), `the board says ${text}`)
}

async function answers(shell: Shell): Promise<void> {
  await expect(shell.command('echo yes', never)).resolves.toEqual({ status: 0, output: 'yes\n' })
}

afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})

describe.each(SHELLS.map(shell => [shell] as const))('attach to %s', shell => {
  it('leaves the shell that was there as it was: prompt, history, echo, console level', async () => {
    const pty = await board({ shell, env: { PS1: 'mine$ ' } })
    await type(pty, 'MINE=kept; PS1="mine"; PS1="$PS1\\$ "\n')
    const us = shellOn(pty)
    await expect(us.attach(never)).resolves.toMatchObject({ loggedIn: false })
    expect(readFileSync(pty.printk, 'utf8')).toBe('5\n')
    await answers(us)
    await us.detach()
    expect(readFileSync(pty.printk, 'utf8')).toBe('7\n')
    await type(pty, 'echo "$MINE-$-"; stty -a\n')
    await seen(pty, 'kept-')
    await until(
      () => /[ ;]echo[ ;]/.test(pty.log().toString('latin1').split('kept-').at(-1) ?? ''),
      'echo is on',
    )
    expect(pty.log().toString('latin1').split('kept-').at(-1)).not.toMatch(/-echo\b/)
    expect(readdirSync(pty.folder).filter(name => /history/.test(name))).toEqual([])
  })

  it('is told what it has though the first time that is torn in the middle of a name', async () => {
    const pty = await board({ shell })
    let torn = 0
    pty.faults.garble = bytes => {
      const text = bytes.toString('latin1').replace(/(@\w{6} 0 \/\S+ \d+ \w{3})(\w+\r\n)/, '$1\r\n$2')
      torn += text.length > bytes.length ? 1 : 0
      return torn > 1 ? bytes : Buffer.from(text, 'latin1')
    }
    const us = shellOn(pty)
    await expect(us.attach(never)).resolves.toMatchObject({ limits: [] })
    expect(torn).toBeGreaterThan(0)
  })

  it('erases what somebody left half typed, and does not run it', async () => {
    const pty = await board({ shell })
    await type(pty, '\n')
    await until(() => pty.log().length > 2, 'a prompt')
    await type(pty, 'touch ran')
    const us = shellOn(pty)
    await us.attach(never)
    await answers(us)
    expect(existsSync(join(pty.folder, 'ran'))).toBe(false)
  })

  it('interrupts what runs, however much it prints', async () => {
    const pty = await board({ shell })
    await type(pty, 'while :; do echo y; done\n')
    await seen(pty, 'y\r\ny\r\ny')
    const us = shellOn(pty)
    await us.attach(never)
    await answers(us)
  })

  it('takes over from a session that was never detached, and ends its test', async () => {
    const pty = await board({ shell })
    const first = shellOn(pty)
    await first.attach(never)
    const gone = new AbortController()
    const argv = ['/bin/sh', '-c', `echo $$ >${pty.folder}/pid; echo running; exec sleep 1004`]
    const lost = first.program({ folder: pty.folder, argv, env: {} }, never, gone.signal, () => {})
    await seen(pty, 'running')
    gone.abort(new Error('the bot was killed'))
    await expect(lost).rejects.toThrow('the bot was killed')
    const second = shellOn(pty)
    await second.attach(never)
    await answers(second)
    const pid = Number(readFileSync(join(pty.folder, 'pid'), 'utf8'))
    await until(() => isGone(pid), 'the old test is gone')
    await second.detach()
    await until(() => readFileSync(pty.printk, 'utf8') === '7\n', 'the console level is back')
  })

  it('tells the old shell to go once, though it answers twice', async () => {
    const asked = / echo \w+''\w+:\$_v:\n/g
    let first: number | null = null
    const held: Buffer[] = []
    /** What the board says comes late, and all at once: when it was asked for the second time. */
    const garble = (bytes: Buffer): Buffer => {
      held.push(bytes)
      const times = [...(pty?.typed().toString('latin1').matchAll(asked) ?? [])].length
      const isLate = first !== null && times < first + 2
      return isLate ? Buffer.alloc(0) : Buffer.concat(held.splice(0))
    }
    let pty: PtyBoard | null = null
    pty = await board({ shell, faults: { garble } })
    const old = shellOn(pty)
    await old.attach(never)
    first = [...pty.typed().toString('latin1').matchAll(asked)].length
    const next = shellOn(pty)
    await next.attach(never)
    await answers(next)
    await next.detach()
    expect(pty.typed().toString('latin1').split(' exit\n')).toHaveLength(3)
  })

  it('takes over from one whose farewell takes seconds: nothing is read before it is done', async () => {
    const pty = await board({ shell })
    const first = shellOn(pty)
    await first.attach(never)
    const ours = (await first.command('echo $_d', never)).output.trim()
    const gone = new AbortController()
    const argv = ['/bin/sh', '-c', 'echo running; exec /bin/sleep 1014']
    const lost = first.program({ folder: pty.folder, argv, env: {} }, never, gone.signal, () => {})
    await seen(pty, 'running')
    gone.abort(new Error('the bot was killed'))
    await expect(lost).rejects.toThrow('the bot was killed')
    // The farewell waits a moment for a program that has not said yet which group it leads: here it is a long one.
    const group = readFileSync(join(ours, 'g'))
    writeFileSync(join(ours, 'g'), '')
    const slow = join(pty.folder, 'bin', 'sleep')
    writeFileSync(slow, '#!/bin/sh\nexec /bin/sleep 2\n', { mode: 0o755 })
    const second = shellOn(pty)
    const attached = second.attach(never)
    await until(() => pty.typed().includes(' exit\n'), 'the old shell is told to go')
    writeFileSync(join(ours, 'g'), group)
    await attached
    await expect(second.command('cat $_d/k', never)).resolves.toEqual({ status: 0, output: '7\n' })
    await second.detach()
    await until(() => readFileSync(pty.printk, 'utf8') === '7\n', 'the console level is back')
    await until(() => isGone(Number(group.toString().split(' ')[0])), 'the old test is gone')
  })
})

describe('attach', () => {
  it.each([
    ['sleeps', 'sleep 1005\n'],
    ['waits for the rest of a quoted line', "echo 'unfinished\n"],
    ['reads a document', 'cat <<E\nline\n'],
    ['has a strange prompt', 'PS1="strange\n~~ "\n'],
    ['has no prompt at all', 'PS1=\n'],
    ['has been left with echo off', 'stty -echo\n'],
  ])('gets to a prompt on a shell that %s', async (_what, before) => {
    const pty = await board({ shell: 'dash' })
    await type(pty, before)
    const us = shellOn(pty)
    await us.attach(never)
    await answers(us)
  })

  it('works through noise of any kind, one byte at a time', async () => {
    const pty = await board({ shell: 'bash', faults: { noiseEvery: 60, dribble: true } })
    const us = shellOn(pty)
    await us.attach(never)
    await answers(us)
  })

  it('works when characters are lost on the way in', async () => {
    const pty = await board({ shell: 'dash', seed: 3, faults: { loseOneIn: 2000 } })
    const us = shellOn(pty)
    await us.attach(never)
    await answers(us)
  })

  it('a board that says nothing is an error that says so, and says what was heard', async () => {
    const pty = await board({
      shell: 'dash',
      command: 'printf "deaf\\n"; stty -isig -icanon -echo; exec sleep 1006',
    })
    await seen(pty, 'deaf')
    const us = shellOn(pty, { loginTimeoutMs: 1200 })
    await expect(us.attach(never)).rejects.toMatchObject({
      code: 'hardware-no-prompt',
      failure: { blame: 'board' },
    })
  })

  it('and every call ends at once when the line is lost', async () => {
    const pty = await board({ shell: 'dash' })
    const us = shellOn(pty)
    await us.attach(never)
    const long = us.command('sleep 1007', never)
    await until(() => pty.typed().includes('sleep 1007'), 'the command is typed')
    pty.unplug('reset by peer')
    await expect(long).rejects.toMatchObject({ code: 'hardware-console-lost' })
    await expect(us.attach(never)).rejects.toMatchObject({ code: 'hardware-no-console' })
    await expect(us.detach()).resolves.toBeUndefined()
  })

  it('on a board with nothing but builtins runs commands, and says what it cannot do', async () => {
    const pty = await board({ shell: 'dash', env: { PATH: '/nonexistent' }, faults: { noiseEvery: 100 } })
    const us = shellOn(pty)
    const report = await us.attach(never)
    expect(report.limits?.join()).toMatch(/no tool that makes sums.*echo cannot be turned off/)
    await answers(us)
    await expect(us.command('printf "a\\n\\n"; exit 5', never)).resolves.toEqual({
      status: 5,
      output: 'a\n\n',
    })
    const program = { folder: '/', argv: ['true'], env: {} }
    await expect(us.program(program, never, never, () => {})).rejects.toMatchObject({
      code: 'hardware-transfer',
    })
    await us.detach()
  })

  it('a shell that was not attached, or was detached, is refused', async () => {
    const pty = await board({ shell: 'dash' })
    const us = shellOn(pty)
    await expect(us.command('true', never)).rejects.toMatchObject({ code: 'hardware-no-prompt' })
    await us.attach(never)
    await us.detach()
    await us.detach()
    await expect(us.command('true', never)).rejects.toMatchObject({ code: 'hardware-no-prompt' })
  })

  it('cleans the board by itself when the line hangs up', async () => {
    const pty = await board({ shell: 'dash' })
    const us = shellOn(pty)
    await us.attach(never)
    const ours = (await us.command('echo $_d', never)).output.trim()
    expect(existsSync(ours)).toBe(true)
    writeFileSync(join(pty.folder, 'keep'), '')
    await pty.hangUp()
    await until(() => !existsSync(ours), 'our folder is gone')
    await until(() => readFileSync(pty.printk, 'utf8') === '7\n', 'the console level is back')
  })
})

function isGone(pid: number): boolean {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return true
  }
}
