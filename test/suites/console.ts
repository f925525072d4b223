import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withoutKernelLines, withoutReturns } from '../../src/hardware/console/shell/frame-cut.ts'
import type { Recorder, Shell, ShellReport } from '../../src/hardware/types.ts'
import { until } from '../until.ts'

export type ConsolePeer = {
  shell: Shell
  recorder: Pick<Recorder, 'listen' | 'state'> & Partial<Pick<Recorder, 'sendBreak'>>
  close(): Promise<void>
}

export type ConsoleTraits = {
  /** A folder on the board that may be written to; each suite makes one of its own in it. */
  folder?: string
  /** The line is slow: what is large is left small. */
  slow?: boolean
  /** Reads the kernel's console level as it is now, where it is the board's own and our shell may lower it. */
  consoleLevel?: (shell: Shell) => Promise<string>
  /** What becomes of a break on this line. */
  breaks?: 'sent' | 'refused'
  timeoutMs?: number
}

type Bytes = { at(from: number, to: number): Buffer; stop(): void }

/**
 * What every console peer must show (console.md 4–6, 11; requirements M6.2–M6.4): pseudo-terminals, the simulated
 * board, a telnet server with log-in, a serial port in QEMU. One peer is opened for all of it, as in a lab.
 */
export function consoleSuite(
  name: string,
  open: () => Promise<ConsolePeer>,
  traits: ConsoleTraits = {},
): void {
  const timeout = traits.timeoutMs ?? 30_000

  describe(`console: ${name}`, () => {
    const never = new AbortController().signal
    const folder = `${traits.folder ?? '/tmp'}/boardroom-suite-${randomBytes(4).toString('hex')}`
    let peer: ConsolePeer
    let bytes: Bytes
    let report: ShellReport
    const opened: (() => Promise<void>)[] = []

    const command = (text: string, ms = timeout) => peer.shell.command(text, never, ms)

    const run = async (argv: readonly string[], env: Record<string, string> = {}, stop = never) => {
      const started: number[] = []
      const end = await peer.shell.program({ folder, argv, env }, stop, never, from => started.push(from))
      expect(started).toHaveLength(1)
      const printed = end.output.map(({ from, to }) => bytes.at(from, to))
      return { ...end, text: asPrinted(Buffer.concat(printed)) }
    }

    /** The program says when it is ready; then it is stopped. */
    const runAndStop = async (script: string) => {
      const stop = new AbortController()
      const mark = `ready-${randomBytes(4).toString('hex')}`
      const head = peer.recorder.state().head
      const ended = run(['/bin/sh', '-c', `${script.replace('READY', `echo ${mark}`)}`], {}, stop.signal)
      const isReady = () => asPrinted(bytes.at(head, Number.MAX_SAFE_INTEGER)).includes(mark)
      await until(isReady, 'the program is ready', timeout)
      stop.abort(new Error('time limit'))
      return ended
    }

    const processesLeft = async (mark: string): Promise<string> => {
      const text = `for f in /proc/[0-9]*/cmdline;do case $(tr '\\0' ' ' <$f) in *${mark}*)echo $f;;esac;done 2>/dev/null;true`
      return (await command(text)).output
    }

    const send = async (data: Buffer, path: string) => {
      const progress: number[] = []
      const sha256 = createHash('sha256').update(data).digest('hex')
      const source = { bytes: inPieces(data), size: data.length, sha256 }
      const sent = await peer.shell.send(source, path, never, done => progress.push(done))
      return { sent, progress, sha256 }
    }

    beforeAll(async () => {
      peer = await open()
      opened.push(() => peer.close())
      bytes = keepBytes(peer.recorder)
      opened.push(async () => bytes.stop())
      report = await peer.shell.attach(never)
      await command(`mkdir -p ${folder}`)
    }, 120_000)

    afterAll(async () => {
      for (const each of opened.reverse()) await each()
    }, 60_000)

    const test = (title: string, body: () => Promise<void>): void => {
      it(title, body, timeout * 2)
    }

    test('attaches, and says which kernel answers', async () => {
      expect(report.kernel).toMatch(/^\d+\.\d+/)
      expect(report.limits).toEqual([])
      if (traits.consoleLevel !== undefined) expect(await traits.consoleLevel(peer.shell)).toMatch(/^5\b/)
      await expect(command('true')).resolves.toEqual({ status: 0, output: '' })
    })

    test('commands have their own status and output', async () => {
      await expect(command('true')).resolves.toEqual({ status: 0, output: '' })
      await expect(command('exit 3')).resolves.toEqual({ status: 3, output: '' })
      await expect(command('no-such-program-anywhere')).resolves.toMatchObject({ status: 127 })
      await expect(command('echo out; echo err >&2; false')).resolves.toEqual({
        status: 1,
        output: 'out\nerr\n',
      })
      await expect(command('printf no-newline')).resolves.toEqual({ status: 0, output: 'no-newline' })
      await expect(command("echo 'it'\"'\"'s $HOME' \"!x\" `echo b` ; printf '\\n\\n'")).resolves.toEqual({
        status: 0,
        output: "it's $HOME !x b\n\n\n",
      })
      await expect(command('printf "%s\\n" "zwei\tWörter\x01 ☺"')).resolves.toEqual({
        status: 0,
        output: 'zwei\tWörter\x01 ☺\n',
      })
    })

    test('a syntax error, an exit and a changed folder stay in their own command', async () => {
      expect((await command('if then')).status).not.toBe(0)
      await command('cd /; X=1; exit 0')
      await expect(command('echo "${X-unset}"')).resolves.toEqual({ status: 0, output: 'unset\n' })
    })

    test('a long command is typed in short lines', async () => {
      const word = 'x'.repeat(5000)
      await expect(command(`printf %s "${word}"|wc -c`)).resolves.toMatchObject({ status: 0 })
      expect((await command(`echo ${word}`)).output).toBe(`${word}\n`)
    })

    test('long output is whole', async () => {
      const lines = traits.slow === true ? 1000 : 100_000
      const { status, output } = await command(`i=0;while [ $i -lt 1000 ];do echo "line $i";i=$((i+1));done`)
      expect({ status, lines: output.split('\n').length }).toEqual({ status: 0, lines: 1001 })
      const big = await command(`awk 'BEGIN{for(i=0;i<${lines};i++)print "0123456"i}' || seq ${lines}`)
      expect(big.status).toBe(0)
      expect(big.output.split('\n')).toHaveLength(lines + 1)
    })

    test('output of any bytes, also with what looks like ours in it, is right', async () => {
      const any = await command(`printf '\\001\\033[2J\\377\\000\\r\\n\\r$ \\004x'`)
      expect(any).toEqual({
        status: 0,
        output: Buffer.from('\x01\x1b[2J\xff\0\r\n\r$ \x04x', 'latin1').toString(),
      })
      const looksLikeKernel = '[   12.345678] usb 1-1: new device\nand more\n<6>[    1.000000] x'
      await expect(command(`printf '%s' '${looksLikeKernel}'`)).resolves.toEqual({
        status: 0,
        output: looksLikeKernel,
      })
    })

    test('a command that takes too long is ended, and the next answer is its own', async () => {
      await expect(command('echo early; sleep 1000', 400)).rejects.toMatchObject({
        code: 'hardware-not-answering',
      })
      await expect(command('echo next')).resolves.toEqual({ status: 0, output: 'next\n' })
      expect(await processesLeft('[s]leep.1000')).toBe('')
    })

    test('a file of 64 kB is sent whole, checked and executable; one that is there already is replaced', async () => {
      const data = randomBytes(traits.slow === true ? 8_000 : 65_536)
      const { sent, progress, sha256 } = await send(data, `${folder}/file`)
      expect(sent).toMatchObject({ bytes: data.length, verified: 'sha256' })
      expect(progress.at(-1)).toBe(data.length)
      const seen = await command(
        `sha256sum <${folder}/file; [ -x ${folder}/file ]&&echo executable;ls ${folder}`,
      )
      expect(seen.output).toBe(`${sha256}  -\nexecutable\nfile\n`)
      await send(Buffer.from('#!/bin/sh\necho "I am ${0##*/}"\nexit 4\n'), `${folder}/file`)
      await expect(run(['./file'])).resolves.toMatchObject({
        status: 4,
        endedBy: 'itself',
        text: 'I am file\n',
      })
    })

    test('a file that gets smaller when it is packed is whole all the same', async () => {
      const data = Buffer.from(
        'what a program says over and over again\n'.repeat(traits.slow === true ? 200 : 3000),
      )
      const { sent, sha256 } = await send(data, `${folder}/packed`)
      expect(sent).toMatchObject({ bytes: data.length, verified: 'sha256' })
      expect(sent.wireBytes).toBeLessThan(data.length)
      await expect(command(`sha256sum <${folder}/packed;rm ${folder}/packed`)).resolves.toMatchObject({
        output: `${sha256}  -\n`,
      })
    })

    test('files are fetched by patterns, byte for byte', async () => {
      const names = ['one file', 'two.log', 'three.log']
      await command(`cd ${folder}&&head -c 20000 /dev/urandom >'one file';seq 9000 >two.log;: >three.log`)
      const sums = await command(`cd ${folder}&&sha256sum 'one file' two.log three.log`)
      const wanted = { folder, patterns: ['one*', '*.log'], most: { files: 9, bytes: 1_000_000 } }
      const got = new Map<string, string>()
      const report = await peer.shell.fetch(wanted, never, async ({ path, bytes: coming }) => {
        const hash = createHash('sha256')
        for await (const piece of coming) hash.update(piece)
        got.set(path, hash.digest('hex'))
      })
      expect(report.left).toEqual([])
      for (const name of names) expect(sums.output).toContain(`${got.get(`${folder}/${name}`)}  ${name}\n`)
      await command(`cd ${folder}&&rm -f 'one file' two.log three.log`)
    })

    test('an empty file is a file', async () => {
      await send(Buffer.alloc(0), `${folder}/empty`)
      await expect(command(`wc -c <${folder}/empty`)).resolves.toMatchObject({
        output: expect.stringMatching(/^\s*0\n$/),
      })
    })

    test('programs end with their own status, and the range holds their output and nothing else', async () => {
      await expect(run(['/bin/sh', '-c', 'echo hello'])).resolves.toMatchObject({
        ...{ status: 0, endedBy: 'itself', text: 'hello\n' },
      })
      await expect(run(['/bin/sh', '-c', 'printf "a\\n\\nno end"; exit 3'])).resolves.toMatchObject({
        ...{ status: 3, endedBy: 'itself', text: 'a\n\nno end' },
      })
      await expect(run(['true'])).resolves.toMatchObject({ status: 0, text: '' })
      await expect(run(['./not-there'])).resolves.toMatchObject({ status: 127, endedBy: 'itself' })
      await expect(run(['/bin/sh', '-c', 'kill -9 $$'])).resolves.toMatchObject({
        status: 137,
        endedBy: 'itself',
      })
    })

    test('arguments and environment arrive byte for byte, and nothing of ours with them', async () => {
      const argument = `it's "$HOME" \`x\` \\n !!\ttab\nline\x03\x04\x11\x13\x1b[0m ☺ '`
      const script = 'printf "%s|" "$#" "$@" "$VALUE";[ -t 0 ]&&echo terminal;exit 0'
      const seen = await run(['/bin/sh', '-c', script, 'sh', argument, '', '-n'], { VALUE: argument })
      expect(seen.text).toBe(`3|${argument}||-n|${argument}|`)
      const environment = (await run(['env'], { A: '1' })).text
      expect(environment).toContain('A=1\n')
      expect(environment).not.toMatch(/^(?:_[a-z]|PS1|PS2)=/m)
    })

    test('what a program prints like our frames and prompts fools nobody', async () => {
      const { output } = await run(['/bin/sh', '-c', 'exit 9'])
      const after = asPrinted(bytes.at(output.at(-1)?.to ?? 0, peer.recorder.state().head))
      const frames = after.split('\n').filter(line => line.startsWith('@'))
      expect(frames.length).toBeGreaterThan(1)
      const replayed = frames.map(frame => `echo '${frame}'`).join(';')
      const seen = await run(['/bin/sh', '-c', `${replayed};printf 'brAAAA:99> '; printf 'login: '; exit 7`])
      expect(seen).toMatchObject({ status: 7, endedBy: 'itself' })
      expect(seen.text).toContain(frames[0])
    })

    test('a program is stopped by an interrupt', async () => {
      const ended = await runAndStop('READY; exec sleep 1001')
      expect(ended).toMatchObject({ status: null, endedBy: 'interrupt' })
      expect(ended.text).toMatch(/^ready-\w+\n$/)
      expect(await processesLeft('[s]leep.1001')).toBe('')
    })

    test('one that ignores interrupts is killed with all its children, and the board answers', async () => {
      const ended = await runAndStop(
        "trap '' INT TERM; sleep 1002 & (setsid sleep 0; sleep 1002) & READY; sleep 1002",
      )
      expect(ended).toMatchObject({ status: null, endedBy: 'kill' })
      expect(await processesLeft('[s]leep.1002')).toBe('')
      await expect(command('true')).resolves.toEqual({ status: 0, output: '' })
    })

    test('what a program still prints when it is interrupted is its output, and nothing of ours is', async () => {
      const trap = "trap 'echo got it; echo; printf partly' INT"
      const stubborn = `${trap}; sleep 1015 & READY; while :; do wait; done`
      const ended = await runAndStop(stubborn)
      expect(ended).toMatchObject({ status: null, endedBy: 'kill' })
      expect(ended.text.split('\n').filter(line => line !== '')).toEqual([
        expect.stringMatching(/^ready-\w+$/),
        'got it',
        'partly',
      ])
    })

    test('one that prints without end is stopped too', async () => {
      const flood = 'while :; do echo 0123456789012345678901234567890123456789012345678901234567; done'
      const ended = await runAndStop(`trap '' INT; READY; ${flood}`)
      expect(ended).toMatchObject({ status: null, endedBy: 'kill' })
      await expect(command('echo still right')).resolves.toEqual({ status: 0, output: 'still right\n' })
    })

    test('children that a program leaves in the background are ended with it', async () => {
      const seen = await run(['/bin/sh', '-c', 'sleep 1003 & (set -m; sleep 1003 &) ; echo left'])
      expect(seen).toMatchObject({ status: 0, text: 'left\n' })
      expect(await processesLeft('[s]leep.1003')).toBe('')
    })

    test('a terminal that a program left in disorder is put right', async () => {
      await expect(run(['/bin/sh', '-c', 'stty raw echo <&1; echo done'])).resolves.toMatchObject({
        status: 0,
      })
      await expect(command('echo right')).resolves.toEqual({ status: 0, output: 'right\n' })
      await expect(run(['/bin/sh', '-c', 'echo again'])).resolves.toMatchObject({ text: 'again\n' })
    })

    if (traits.breaks !== undefined)
      test('a break is sent, or refused with what has one, and the shell answers as before', async () => {
        // A kernel waits for a key after one, and no more after the next.
        for (let time = 1; time <= 2; time++) {
          const sent = peer.recorder.sendBreak?.(10)
          if (traits.breaks === 'sent') await expect(sent).resolves.toBeUndefined()
          else await expect(sent).rejects.toMatchObject({ hint: expect.stringMatching(/telnet|RFC 2217/) })
        }
        await expect(command('echo as before')).resolves.toEqual({ status: 0, output: 'as before\n' })
      })

    test('detach leaves nothing of ours: no folder, no process, the console level as it was', async () => {
      const { output } = await command('echo $_d $$')
      const [ours = '', shell = ''] = output.trim().split(' ')
      const level = await command('cat $_d/k')
      await command(`rm -rf ${folder}`)
      await peer.shell.detach()
      await peer.shell.attach(never)
      await expect(command(`ls -d ${ours}`)).resolves.not.toMatchObject({ status: 0 })
      await expect(command(`kill -0 ${shell}`)).resolves.not.toMatchObject({ status: 0 })
      // What this session found is what the one before had found.
      await expect(command('cat $_d/k')).resolves.toEqual(level)
      await peer.shell.detach()
    })
  })
}

function keepBytes(recorder: Pick<Recorder, 'listen' | 'state'>): Bytes {
  const base = recorder.state().head
  let all = Buffer.alloc(0)
  let length = 0
  const stop = recorder.listen(news => {
    if (news.kind !== 'chunk') return
    const { offset, bytes } = news.chunk
    const end = offset - base + bytes.length
    if (end > all.length) all = Buffer.concat([all, Buffer.alloc(end * 2 - all.length)])
    all.set(bytes, offset - base)
    length = Math.max(length, end)
  })
  return { at: (from, to) => Buffer.from(all.subarray(from - base, Math.min(to - base, length))), stop }
}

/** As the program printed it: kernel lines out, ONLCR undone. */
function asPrinted(bytes: Buffer): string {
  return withoutReturns(withoutKernelLines(bytes)).toString()
}

async function* inPieces(data: Buffer): AsyncGenerator<Buffer> {
  const { promise, resolve } = Promise.withResolvers<void>()
  setImmediate(resolve)
  await promise
  for (let at = 0; at < data.length; at += 10_000) yield data.subarray(at, at + 10_000)
}
