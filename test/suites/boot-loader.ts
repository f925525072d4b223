import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { withoutKernelLines } from '../../src/hardware/console/shell/frame-cut.ts'
import type { BootLoader, Shell } from '../../src/hardware/types.ts'
import { until } from '../until.ts'

export type BootLoaderPeer = {
  bootLoader: BootLoader
  shell: Shell
  /** All that was heard on the console. */
  log(): string
  /** As an outlet does: at once and hard. */
  power(on: boolean): void | Promise<void>
  close(): Promise<void>
}

export type BootLoaderTraits = {
  /** What loads a kernel, a line each, and starts it. */
  load: readonly string[]
  boot: string
  /** What is heard once a shell is there: QEMU's PL011 is deaf for good when it is typed at before Linux takes it over. */
  up: RegExp
  /** What `uname -m` says once it is up. */
  machine: string
  timeoutMs?: number
}

const PRINTABLE = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).join('')

/**
 * What every board with U-Boot must show (console.md 10): the simulated one, and a real one in QEMU. It is off when it
 * is handed over; one is opened for all of it.
 */
export function bootLoaderSuite(
  name: string,
  open: () => Promise<BootLoaderPeer>,
  traits: BootLoaderTraits,
): void {
  const timeout = traits.timeoutMs ?? 30_000

  describe(`boot loader: ${name}`, () => {
    const never = new AbortController().signal
    let peer: BootLoaderPeer
    let loader: BootLoader

    const command = (text: string, ms = timeout) => loader.command(text, never, ms)
    const set = (name: string, value: string) => loader.set(name, value, never)
    const interrupt = () => loader.interrupt(never, timeout)

    /** From off: the key is streamed before there is anybody to hear it. */
    const powerOn = async () => {
      const interrupted = interrupt()
      await Promise.all([peer.power(true), interrupted])
      return interrupted
    }
    /** Boots with these arguments, and looks at what came up: the kernel says them again. */
    const bootWith = async (bootargs: string) => {
      await set('bootargs', bootargs)
      for (const line of traits.load) await expect(command(line)).resolves.toMatchObject({ status: 0 })
      const from = peer.log().length
      await loader.boot(traits.boot, never, timeout)
      await until(() => traits.up.test(peer.log().slice(from)), 'the kernel is up', timeout)
      await peer.shell.attach(never)
      await expect(peer.shell.command('uname -m', never)).resolves.toEqual({
        ...{ status: 0, output: `${traits.machine}\n` },
      })
      await peer.shell.detach()
      expect(peer.log().slice(from)).toContain(`Kernel command line: ${bootargs}`)
    }

    beforeAll(async () => {
      peer = await open()
      loader = peer.bootLoader
    }, timeout)

    afterAll(async () => {
      loader?.abandon()
      await peer?.close()
    }, timeout)

    const test = (title: string, body: () => Promise<void>): void => {
      it(title, body, timeout * 3)
    }

    test('is not used before it was stopped', async () => {
      await expect(command('echo')).rejects.toMatchObject({
        code: 'hardware-boot',
        failure: { blame: 'lab' },
      })
    })

    test('autoboot is stopped from power-on, and it says what it is', async () => {
      await expect(powerOn()).resolves.toMatchObject({
        version: expect.stringMatching(/^U-Boot 20\d\d\.\d\d/),
        interruptMs: expect.any(Number),
      })
    })

    test('commands have their own status and output', async () => {
      await expect(command('true')).resolves.toEqual({ status: 0, output: '' })
      await expect(command('false')).resolves.toEqual({ status: 1, output: '' })
      await expect(command('echo hello world')).resolves.toEqual({ status: 0, output: 'hello world\n' })
      await expect(command('nosuch')).resolves.toEqual({
        status: 1,
        output: "Unknown command 'nosuch' - try 'help'\n",
      })
      await expect(command('echo a; false; echo b')).resolves.toEqual({ status: 0, output: 'a\nb\n' })
      await expect(command('true && echo yes; false || echo no;')).resolves.toEqual({
        status: 0,
        output: 'yes\nno\n',
      })
      await expect(command("echo '=> ' \"a  b\" 'c # d' \\;")).resolves.toEqual({
        status: 0,
        output: '=>  a  b c # d ;\n',
      })
    })

    test('variables are set and read back, whatever printable text is in them; an empty value takes them away', async () => {
      await set('one', 'console=ttyAMA0,115200 root=/dev/ram0')
      await expect(command('printenv one')).resolves.toEqual({
        status: 0,
        output: 'one=console=ttyAMA0,115200 root=/dev/ram0\n',
      })
      await set('one', PRINTABLE)
      await set('one', `it's "\\" ; \${two} $two && || # x`)
      await set('one', "'")
      await set('one', '\\')
      await set('one', '  two  blanks  ')
      await set('one', 'x'.repeat(380))
      await set('one', '')
      await expect(command('printenv one')).resolves.toMatchObject({ status: 1 })
      await set('two', 'echo ran; false; echo on')
      await expect(command('run two')).resolves.toEqual({ status: 0, output: 'ran\non\n' })
    })

    test('what cannot be set is said, and what cannot be typed is not', async () => {
      await expect(set('ethaddr', '11:22:33:44:55:66')).rejects.toMatchObject({ code: 'hardware-boot' })
      await expect(set('a=b', 'c')).rejects.toMatchObject({ code: 'input' })
      await expect(set('a', 'two\nlines')).rejects.toMatchObject({ code: 'input' })
      await expect(set('a', 'x'.repeat(5000))).rejects.toMatchObject({ code: 'input' })
      for (const text of ['', 'echo a\nb', 'echo # x', "echo 'a", 'echo a\\', 'true &&', 'echo ü'])
        await expect(command(text)).rejects.toMatchObject({ code: 'input' })
      await expect(command('echo right')).resolves.toEqual({ status: 0, output: 'right\n' })
    })

    test('what it cannot read is not run, and the next answer is right', async () => {
      for (const text of ['echo one; fi', 'if true; then echo two'])
        await expect(command(text)).rejects.toMatchObject({ code: 'input' })
      await expect(command('echo right')).resolves.toEqual({ status: 0, output: 'right\n' })
    })

    test('a command that takes too long is interrupted, and the next answer is its own', async () => {
      await expect(command('echo early; sleep 1000', 700)).rejects.toMatchObject({
        code: 'hardware-not-answering',
      })
      await expect(command('echo next')).resolves.toEqual({ status: 0, output: 'next\n' })
    })

    test('a signal ends the waiting, and the next answer is its own', async () => {
      const stop = AbortSignal.timeout(300)
      await expect(loader.command('sleep 1000', stop)).rejects.toMatchObject({ name: 'TimeoutError' })
      await expect(command('echo next')).resolves.toEqual({ status: 0, output: 'next\n' })
    })

    test('at its prompt it is stopped again at once', async () => {
      await set('three', 'stays')
      await interrupt()
      await expect(command('printenv three')).resolves.toEqual({ status: 0, output: 'three=stays\n' })
    })

    test('a shell that is looked for there is told where the board sits', async () => {
      await expect(peer.shell.attach(never)).rejects.toMatchObject({
        failure: { class: 'infrastructure', cause: 'boot' },
        message: expect.stringContaining('sits in its boot loader'),
      })
      await interrupt()
      await expect(command('true')).resolves.toEqual({ status: 0, output: '' })
    })

    test('a reset is said as what it is, and stopped again', async () => {
      await expect(command('reset')).rejects.toMatchObject({
        failure: { class: 'infrastructure', cause: 'reset' },
      })
      await expect(command('echo gone')).rejects.toMatchObject({ failure: { cause: 'reset' } })
      await interrupt()
      await expect(command('printenv three')).resolves.toMatchObject({ status: 1 })
    })

    test('a boot that comes back is no boot, and it goes on at the prompt', async () => {
      await expect(loader.boot('nosuch', never, timeout)).rejects.toMatchObject({
        code: 'hardware-boot',
        message: expect.stringContaining('Unknown command'),
      })
      await expect(command('echo still here')).resolves.toEqual({ status: 0, output: 'still here\n' })
    })

    test('the environment is set, a kernel booted, and our shell attaches to it', async () => {
      await bootWith('console=ttyAMA0,115200 panic=0 lab=shell')
      await expect(command('echo')).rejects.toMatchObject({ code: 'hardware-boot' })
    })

    test('with the power cut in the middle it says so, and the whole of it succeeds again', async () => {
      await peer.power(false)
      await powerOn()
      await set('bootargs', 'console=ttyAMA0,115200 panic=0 lab=first')
      const { length } = peer.log()
      const sleeps = (): boolean =>
        /\n@\w+ \d+\r\n/.test(
          withoutKernelLines(Buffer.from(peer.log().slice(length), 'latin1')).toString('latin1'),
        )
      const cut = expect(command('sleep 1000')).rejects.toMatchObject({
        failure: { class: 'infrastructure', cause: expect.stringMatching(/^(?:console lost|reset)$/) },
      })
      await until(sleeps, 'it sleeps', timeout)
      await peer.power(false)
      await peer.power(true)
      await cut
      await interrupt()
      await expect(command('printenv bootargs')).resolves.not.toMatchObject({
        output: expect.stringContaining('lab=first'),
      })
      await bootWith('console=ttyAMA0,115200 panic=0 lab=second')
    })
  })
}
