import { describe, expect, it } from 'vitest'
import { LeaseLostError } from '../../../../src/errors.ts'
import { newLoaderPace } from '../../../../src/hardware/console/boot-loader/echo.ts'
import { lineOf } from '../../../../src/hardware/console/boot-loader/frames.ts'
import {
  createLoaderBoard,
  type Hear,
  type LoaderBoardOptions,
  never,
  settle,
  stoppedBoard,
} from './loader-board.ts'

const KERNEL = '[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x410fd034]\r\n'

describe('stopping the autoboot', () => {
  it('streams its key every 50–100 ms from before power-on until its own question is answered, and never without end', async () => {
    const board = createLoaderBoard()
    const stopped = board.loader.interrupt(never)
    await board.clock.pass(0)
    await board.clock.pass(10_000)
    const before = board.typed.filter(({ text }) => text === ' ')
    const gaps = before.slice(1).map(({ at }, index) => at - (before[index]?.at ?? 0))
    expect(before.length).toBeGreaterThan(100)
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(50)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(100)
    board.power(true)
    await expect(settle(board, stopped)).resolves.toMatchObject({
      version: 'U-Boot 2023.01 (Jan 09 2023 - 16:07:33 +0000)',
    })
    const { length } = board.typed
    await board.clock.pass(10_000)
    expect(board.typed).toHaveLength(length)
    expect(board.expectations).toEqual([true])
  })

  it('gives a stop string whole, also one with control characters', async () => {
    const board = await stoppedBoard({
      uBoot: { stop: '\x1b\x1bstop' },
      options: { interrupt: '\x1b\x1bstop' },
    })
    await expect(settle(board, board.loader.command('true', never))).resolves.toMatchObject({ status: 0 })
  })

  it('a prompt that ends in no > is found when it is named', async () => {
    const uBoot = { prompt: 'MX6# ' }
    const board = await stoppedBoard({ uBoot, options: { prompt: 'MX6#' } })
    await expect(settle(board, board.loader.command('echo x', never))).resolves.toEqual({
      ...{ status: 0, output: 'x\n' },
    })
    const nameless = createLoaderBoard({ uBoot })
    nameless.power(true)
    await expect(settle(nameless, nameless.loader.interrupt(never))).rejects.toMatchObject({
      code: 'hardware-boot',
      message: expect.stringContaining('MX6#'),
      hint: expect.stringContaining('boot_loader'),
    })
  })

  it.each([
    ['a kernel was started', 'Starting kernel ...\r\n\r\n'],
    ['its first words', KERNEL],
    ['they cut into a line', `Hit any key to stop autoboot:  0 ${KERNEL}`],
  ])('gives up when it came too late: %s', async (_, said) => {
    const board = createLoaderBoard({ hear: () => {} })
    const stopped = board.loader.interrupt(never)
    await board.clock.pass(500)
    board.say(`U-Boot 2023.01 (Jan 09 2023 - 16:07:33 +0000)\r\n\r\n${said}`)
    await expect(settle(board, stopped, 1000)).rejects.toMatchObject({
      code: 'hardware-boot',
      message: expect.stringContaining('a kernel was started'),
    })
  })

  it('what an old kernel says as it goes down is no start of one', async () => {
    const board = createLoaderBoard()
    const stopped = board.loader.interrupt(never)
    await board.clock.pass(500)
    board.say('[ 1234.567890] reboot: Restarting system\r\n')
    board.power(true)
    await expect(settle(board, stopped)).resolves.toMatchObject({ version: expect.any(String) })
  })

  it("a shell that is no U-Boot's, there until the power is switched, is not taken for it", async () => {
    const board = createLoaderBoard({
      hear(text, say) {
        say(text.replaceAll('\n', '\r\n'))
        const expanded = text
          .replaceAll(/brn=(\d+);brs=(\w);/g, '')
          .replaceAll('${brz}', '')
          .replaceAll('$brn', '0')
          .replaceAll('$brs', '0')
        if (/echo (.*)\n/.test(expanded)) say(`${/echo (.*)\n/.exec(expanded)?.[1]}\r\n`)
        if (/[\n\x03]/.test(text)) say('\r\nlinux> ')
      },
    })
    await expect(settle(board, board.loader.interrupt(never))).rejects.toMatchObject({
      code: 'hardware-boot',
    })
  })

  it('one without hush is named as that', async () => {
    const board = createLoaderBoard({ uBoot: { hush: false } })
    board.power(true)
    await expect(settle(board, board.loader.interrupt(never))).rejects.toMatchObject({
      code: 'hardware-boot',
      message: expect.stringContaining('CONFIG_HUSH_PARSER'),
    })
  })

  it('a console that comes and goes with the power is waited for', async () => {
    const board = createLoaderBoard()
    const stopped = board.loader.interrupt(never)
    await board.clock.pass(300)
    board.connect(false)
    await board.clock.pass(300)
    board.connect(true)
    board.power(true)
    await expect(settle(board, stopped)).resolves.toMatchObject({ version: expect.any(String) })
  })

  it('a stop string that is a password is in no message', async () => {
    const options = { interrupt: 'hunter2!' }
    const strangers: Hear[] = [
      (text, say) => say(text),
      (text, say) => say(/[\n\x03]/.test(text) ? `${text}<INTERRUPT>\r\nhunter2!\r\nu> ` : text),
    ]
    for (const hear of strangers) {
      const board = createLoaderBoard({ options, hear })
      const failed = await settle(board, board.loader.interrupt(never)).catch((error: unknown) => error)
      expect(String(failed)).toContain('was not stopped')
      expect(JSON.stringify(failed) + String(failed)).not.toContain('hunter2!')
    }
    const board = await stoppedBoard({ options })
    board.become((_, say) => say('hunter2!'))
    const failed = await settle(board, board.loader.command('true', never)).catch((error: unknown) => error)
    expect(failed).toMatchObject({ code: 'hardware-no-prompt' })
    expect(JSON.stringify(failed) + String(failed)).not.toContain('hunter2!')
  })

  it('P25 a late holder is told at the first key, and no other is sent', async () => {
    const refused = new LeaseLostError('b1', 1, 2)
    const board = createLoaderBoard({
      arrive() {
        throw refused
      },
    })
    board.power(true)
    await expect(settle(board, board.loader.interrupt(never))).rejects.toBe(refused)
    await board.clock.pass(1000)
    expect(board.typed).toHaveLength(1)
  })

  it('ends with the signal', async () => {
    const board = createLoaderBoard()
    const stop = new AbortController()
    const stopped = board.loader.interrupt(stop.signal)
    await board.clock.pass(1000)
    stop.abort(new Error('enough'))
    await expect(settle(board, stopped)).rejects.toThrow('enough')
    const { length } = board.typed
    await board.clock.pass(1000)
    expect(board.typed).toHaveLength(length)
    expect(board.clock.timers).toBe(0)
  })
})

describe('at its prompt', () => {
  it('a UART that holds 16 characters is typed at so that none is lost, and that is remembered', async () => {
    const room = { left: 16 }
    const uart: LoaderBoardOptions = {
      loaderPace: newLoaderPace(),
      arrive(bytes) {
        const taken = bytes.subarray(0, room.left)
        room.left -= taken.length
        return taken
      },
      // Emptied whenever the boot loader has answered what was in it.
      speak(bytes, say) {
        room.left = 16
        say(bytes)
      },
    }
    const board = await stoppedBoard(uart)
    const run = (text: string) => settle(board, board.loader.command(text, never))
    await expect(run(`echo ${'x'.repeat(100)}`)).resolves.toMatchObject({ status: 0 })
    expect(uart.loaderPace?.piece).toBe(16)
    const again = await stoppedBoard(uart)
    again.typed.length = 0
    await settle(again, again.loader.command('echo y', never))
    expect(again.typed.filter(({ text }) => text === '\x03')).toEqual([])
    // A faster pace is tried now and then, in case it was chance: a line typed anew each time.
    for (let line = 0; line < 100; line++) await settle(again, again.loader.command('true', never))
    expect(again.typed.filter(({ text }) => text === '\x03').length).toBeLessThanOrEqual(6)
  })

  it('types no bare newline, which would run the last command again, and never Ctrl-D', async () => {
    const board = await stoppedBoard()
    const run = (text: string, ms?: number) => settle(board, board.loader.command(text, never, ms))
    await run('echo a')
    await run('fi').catch(() => {})
    await run('sleep 100', 500).catch(() => {})
    await settle(board, board.loader.set('a', 'b', never))
    await settle(board, board.loader.boot('nosuch', never)).catch(() => {})
    const all = board.typed.map(({ text }) => text).join('')
    expect(all).not.toMatch(/(?:^|[\n\x03])\s*\n/)
    expect(all).toMatch(/^[\x20-\x7e\n\x03]*$/)
  })

  it.each([512, 1024, 2048])(
    'lines up to the very last character of a buffer of %i arrive, also on a UART that holds 16',
    async lineLength => {
      for (const piece of [256, 16]) {
        const board = await stoppedBoard({ uBoot: { lineLength }, loaderPace: newLoaderPace(piece) })
        for (const spare of [40, 8, 3, 2, 1, 0]) {
          const text = 'x'.repeat(lineLength - lineOf('abcdef', 2, 'echo ').length - spare)
          const done = await settle(board, board.loader.command(`echo ${text}`, never))
          expect({ spare, done }).toEqual({ spare, done: { status: 0, output: `${text}\n` } })
        }
      }
    },
  )

  it('left at its prompt it has nothing that a newline would run again', async () => {
    const board = await stoppedBoard()
    const hellos = () => board.printed().split('\r\nhello\r\n').length - 1
    await settle(board, board.loader.command('echo hello', never))
    await settle(board, board.loader.detach())
    board.type('\n')
    await board.clock.pass(100)
    expect({ hellos: hellos(), end: board.printed().slice(-8) }).toEqual({ hellos: 1, end: '=> \r\n=> ' })
    await expect(settle(board, board.loader.command('echo hello', never))).rejects.toMatchObject({
      code: 'hardware-boot',
    })
    await settle(board, board.loader.detach())
  })

  it('left while its console takes nothing, it is let go after two seconds of the board’s own clock', async () => {
    const board = await stoppedBoard()
    board.stick()
    const since = board.clock.mono()
    await settle(board, board.loader.detach(), 10_000)
    expect(board.clock.mono() - since).toBeLessThanOrEqual(2_025)
  })

  it('a line longer than it takes is refused before anything is run', async () => {
    const board = await stoppedBoard()
    await expect(settle(board, board.loader.command(`echo ${'x'.repeat(600)}`, never))).rejects.toMatchObject(
      { code: 'input', message: expect.stringContaining('characters') },
    )
    expect(board.printed()).not.toMatch(/^x+\r$/m)
  })

  it.each([
    ['prints what a kernel is announced with', 'echo Starting kernel ...; false'],
    ['prints it and takes its time', 'echo Starting kernel ...; sleep 0.5'],
    ['is no command', 'nosuch'],
    ['finds no image', 'booti 0x1000 - 0'],
  ])('a boot that %s and comes back is an error, and no boot', async (_, command) => {
    const board = await stoppedBoard()
    await expect(settle(board, board.loader.boot(command, never))).rejects.toMatchObject({
      code: 'hardware-boot',
      failure: { class: 'infrastructure' },
    })
    await expect(settle(board, board.loader.command('echo x', never))).resolves.toMatchObject({
      output: 'x\n',
    })
  })

  it('a command that starts a kernel by itself is said', async () => {
    const board = await stoppedBoard()
    const run = (text: string) => settle(board, board.loader.command(text, never))
    await expect(run('run bootcmd')).rejects.toMatchObject({
      code: 'hardware-boot',
      message: expect.stringContaining('started a kernel'),
    })
    await expect(run('echo x')).rejects.toMatchObject({ code: 'hardware-boot' })
    expect(board.booted).toEqual([''])
  })

  it('version in a script is no reset, and a reset in one is', async () => {
    const board = await stoppedBoard()
    await settle(board, board.loader.set('v', 'version; sleep 2; version; echo done', never))
    await expect(settle(board, board.loader.command('run v', never))).resolves.toMatchObject({ status: 0 })
    await settle(board, board.loader.set('r', 'sleep 1; reset', never))
    const began = board.clock.mono()
    await expect(settle(board, board.loader.command('run r', never))).rejects.toMatchObject({
      code: 'hardware-reset',
    })
    expect(board.clock.mono() - began).toBeLessThan(3000)
  })

  it('a console that is lost and regained, with the same boot loader behind it, is used again', async () => {
    const board = await stoppedBoard()
    const slow = board.loader.command('sleep 100', never)
    await board.clock.pass(1000)
    board.connect(false)
    await expect(settle(board, slow)).rejects.toMatchObject({ code: 'hardware-console-lost' })
    board.connect(true)
    await expect(settle(board, board.loader.command('echo x', never))).resolves.toMatchObject({
      output: 'x\n',
    })
  })

  it('one that starts anew behind a lost console is not taken for the same', async () => {
    const board = await stoppedBoard()
    const slow = board.loader.command('sleep 100', never)
    await board.clock.pass(1000)
    board.connect(false)
    await expect(settle(board, slow)).rejects.toMatchObject({ code: 'hardware-console-lost' })
    board.power(true)
    board.connect(true)
    await expect(settle(board, board.loader.command('echo x', never))).rejects.toMatchObject({
      code: 'hardware-reset',
    })
    await settle(board, board.loader.interrupt(never))
    await expect(settle(board, board.loader.command('echo x', never))).resolves.toMatchObject({
      output: 'x\n',
    })
  })
})
