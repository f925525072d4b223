import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HardwareError } from '../../../../src/errors.ts'
import {
  createLoaderBoard,
  type Hear,
  type LoaderBoard,
  never,
  settle,
  stoppedBoard,
} from './loader-board.ts'

const TEXT = 'usb 1-1: new high-speed USB device number 7 using xhci_hcd\r\n'
const KERNEL = `[   12.345678] ${TEXT}`
/** A kernel's line, one with its level, and two at once. */
const KERNELS = [KERNEL, `<6>${KERNEL}`, `${KERNEL}[   12.345690] ${TEXT}`]
/** What other firmware on the same UART says has no stamp: it cannot be cut out. */
const FIRMWARE = ['NOTICE:  BL31: v2.8(release):lts-v2.8.6\r\n', 'D/TC:0 0 abort_handler:551 [abort]\r\n=> ']

/** Splices `noise` in once, after `at` bytes of all that is said from the moment on that `armed` is true. */
function createSplicer() {
  const splicer = {
    ...{ armed: false, at: -1, noise: '', step: 0, said: 0 },
    speak(bytes: Buffer, say: (bytes: Uint8Array) => void): void {
      const place = splicer.armed ? splicer.at - splicer.said : -1
      if (splicer.armed) splicer.said += bytes.length
      const isHere = place >= 0 && place < bytes.length
      const spliced = isHere
        ? Buffer.concat([bytes.subarray(0, place), Buffer.from(splicer.noise), bytes.subarray(place)])
        : bytes
      const step = splicer.step === 0 ? Math.max(1, spliced.length) : splicer.step
      for (let from = 0; from < spliced.length; from += step) say(spliced.subarray(from, from + step))
    },
  }
  return splicer
}

/** How often the command was really run: what it prints, as the boot loader printed it. */
function runs(board: LoaderBoard, printed: string): number {
  return board.printed().split(`\r\n${printed}\r\n`).length - 1
}

async function askOne(at: number, noise: string, step: number) {
  const splicer = createSplicer()
  const board = await stoppedBoard({ speak: splicer.speak })
  Object.assign(splicer, { armed: true, at, noise, step })
  const result = await settle(board, board.loader.command('echo hello; false', never))
  const next = await settle(board, board.loader.command('echo next', never))
  return { result, next, ran: runs(board, 'hello'), said: splicer.said }
}

describe('a line of somebody else spliced in at any position of a whole exchange', () => {
  it.each(KERNELS)('leaves status and output right, and the command run once: %j', async noise => {
    let length = 1
    for (let at = 0; at < length; at++) {
      const { said, ...seen } = await askOne(at, noise, at % 3)
      length = said
      expect({ at, ...seen }).toEqual({
        ...{ at, ran: 1, result: { status: 1, output: 'hello\n' } },
        next: { status: 0, output: 'next\n' },
      })
    }
    expect(length).toBeGreaterThan(100)
  })

  it.each(FIRMWARE)(
    'that is no kernel line, and so cannot be told from output, leaves the status right, and the command run once: %j',
    async noise => {
      let length = 1
      for (let at = 0; at < length; at++) {
        const { said, result, next, ran } = await askOne(at, noise, at % 3)
        length = said
        expect({ at, status: result.status, next: next.status, ran }).toEqual({
          ...{ at, status: 1, next: 0, ran: 1 },
        })
      }
    },
  )

  it('leaves the whole way from power-on to the kernel right', async () => {
    const noise = fc.record({
      at: fc.nat({ max: 2500 }),
      noise: fc.constantFrom(...KERNELS, ...FIRMWARE),
      step: fc.constantFrom(0, 1, 7, 100),
    })
    await fc.assert(
      fc.asyncProperty(noise, async given => {
        const splicer = createSplicer()
        Object.assign(splicer, { armed: true, ...given })
        const board = createLoaderBoard({ speak: splicer.speak })
        const { loader } = board
        board.power(true)
        await settle(board, loader.interrupt(never))
        await settle(board, loader.set('bootargs', "it's console=ttyAMA0 \\ #", never))
        await settle(board, loader.command('dhcp ${kernel_addr_r} Image', never))
        await settle(board, loader.boot('booti ${kernel_addr_r} - ${fdtcontroladdr}', never))
        expect(board.booted).toEqual(["it's console=ttyAMA0 \\ #"])
      }),
      { numRuns: 200 },
    )
  })
})

describe('a line that loses what is typed', () => {
  it('has each command run once, or says honestly that it was not', async () => {
    const loss = fc.record({
      seed: fc.integer({ min: 1, max: 0x7fffffff }),
      per: fc.constantFrom(20, 50, 200, 1000),
      noise: fc.constantFrom('', ...KERNELS),
    })
    let right = 0
    await fc.assert(
      fc.asyncProperty(loss, async ({ seed, per, noise }) => {
        let state = seed
        const chance = (n: number): boolean => {
          state = (Math.imul(state, 48271) >>> 0) % 0x7fffffff
          return state % n === 0
        }
        const board = createLoaderBoard({
          arrive: bytes => Buffer.from(bytes.filter(() => !chance(per))),
          speak: (bytes, say) => {
            if (noise !== '' && chance(40)) say(Buffer.from(noise))
            say(bytes)
          },
        })
        board.power(true)
        try {
          await settle(board, board.loader.interrupt(never))
          const seen = await settle(board, board.loader.command('echo hello; false', never))
          expect(seen).toEqual({ status: 1, output: 'hello\n' })
          expect(runs(board, 'hello')).toBe(1)
          right += 1
        } catch (error) {
          if (!(error instanceof HardwareError)) throw error
          expect(runs(board, 'hello')).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 200 },
    )
    expect(right).toBeGreaterThan(150)
  })
})

/** What a boot loader or a stranger may say, that is no answer to what was asked just now. */
const SAYINGS = [
  ...[
    '=> ',
    '\r\n=> ',
    '> ',
    '@',
    ' 0.',
    ' 1 0.\r\n',
    '\r\n',
    '\n',
    '\r',
    '\x07',
    '\b',
    '\0',
    '\x1b[2J',
    '\xff',
  ],
  ...[
    'U-Boot 2023.01 (Jan 09 2023)\r\n',
    'Hit any key to stop autoboot:  2 ',
    '<INTERRUPT>\r\n=> ',
    KERNEL,
    FIRMWARE[0] ?? '',
  ],
  ...[
    'echo ',
    '$brn',
    '${brz}',
    '@aZ09bc 1 0.\r\n',
    '@aZ09bc 0 0.\r\n',
    "Unknown command 'brn=1' - try 'help'\r\n",
  ],
]
const saying = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...SAYINGS) },
  {
    weight: 1,
    arbitrary: fc.uint8Array({ maxLength: 60 }).map(bytes => Buffer.from(bytes).toString('latin1')),
  },
  // Its own echo again, whole or in part: what was typed, of which answers are made.
  { weight: 2, arbitrary: fc.constantFrom('ECHO', 'ECHO BEFORE', 'ECHO HALF', 'REPLAY') },
)
const sayings = fc.array(saying, { minLength: 1, maxLength: 30 })

/** Says the next of its sayings at whatever is typed. */
function babbler(said: readonly string[], earlier = ''): Hear {
  let at = 0
  let before = ''
  return (text, say) => {
    const next = said[at++ % said.length] ?? ''
    const echo = text.replaceAll('\n', '\r\n')
    if (next === 'ECHO') say(echo)
    else if (next === 'ECHO BEFORE') say(before)
    else if (next === 'ECHO HALF') say(echo.slice(Math.floor(echo.length / 2)))
    else if (next === 'REPLAY') say(earlier)
    else say(next)
    before = echo
  }
}

describe('whatever a board says that does not do what it is asked', () => {
  it('its autoboot is never taken for stopped', async () => {
    await fc.assert(
      fc.asyncProperty(sayings, async said => {
        const options = { interruptTimeoutMs: 10_000 }
        const board = createLoaderBoard({ hear: babbler(said), options })
        await expect(settle(board, board.loader.interrupt(never))).rejects.toBeInstanceOf(HardwareError)
        expect(board.clock.timers).toBe(0)
      }),
      { numRuns: 150 },
    )
  })

  it('no command is taken for done and no boot for begun, also with all of the session replayed; and both end', async () => {
    await fc.assert(
      fc.asyncProperty(sayings, fc.boolean(), async (said, isBoot) => {
        const board = await stoppedBoard()
        await settle(board, board.loader.command('echo hello', never))
        board.become(babbler(said, board.printed()))
        const { loader } = board
        const done: Promise<unknown> = isBoot
          ? loader.boot('booti 0', never, 5000)
          : loader.command('true', never, 5000)
        await expect(settle(board, done)).rejects.toBeInstanceOf(HardwareError)
        expect(board.clock.timers).toBe(0)
      }),
      { numRuns: 150 },
    )
  })

  it('and never falls silent, each of them ends with its deadline', async () => {
    await fc.assert(
      fc.asyncProperty(
        sayings,
        fc.integer({ min: 5, max: 200 }),
        fc.boolean(),
        async (said, everyMs, isStopped) => {
          const board = await stoppedBoard()
          board.become(() => {})
          let at = 0
          const chatter = (): void => {
            const next = said[at++ % said.length] ?? ''
            board.say(next === 'REPLAY' ? board.printed() : next)
            timer = board.clock.after(everyMs, chatter)
          }
          let timer = board.clock.after(everyMs, chatter)
          const { loader } = board
          const done: Promise<unknown> = isStopped
            ? loader.command('true', never, 5000)
            : loader.interrupt(never, 10_000)
          await expect(settle(board, done)).rejects.toBeInstanceOf(HardwareError)
          await expect(settle(board, loader.interrupt(never, 5000))).rejects.toBeInstanceOf(HardwareError)
          timer.cancel()
          expect(board.clock.timers).toBe(0)
        },
      ),
      { numRuns: 100 },
    )
  })

  it('a line that sends back all that is typed answers nothing', async () => {
    const board = await stoppedBoard()
    board.become((text, say) => say(text.replaceAll('\n', '\r\n')))
    await expect(settle(board, board.loader.command('true', never, 5000))).rejects.toBeInstanceOf(
      HardwareError,
    )
    await expect(settle(board, board.loader.interrupt(never))).rejects.toBeInstanceOf(HardwareError)
  })

  it('last words without end are no boot that takes for ever', async () => {
    const board = await stoppedBoard()
    await settle(board, board.loader.set('b', 'echo Starting kernel ...; sleep 0.3; run b', never))
    await expect(settle(board, board.loader.command('run b', never, 5000), 10_000)).rejects.toMatchObject({
      code: 'hardware-boot',
    })
  })

  it('a flood without a newline, and one of look-alikes, end with the deadline', async () => {
    for (const piece of [
      'x'.repeat(65_536),
      '=> '.repeat(20_000),
      '\r\n=> '.repeat(10_000),
      'U-Boot 2023.01 (\r\n'.repeat(3000),
    ]) {
      const board = createLoaderBoard({ options: { interruptTimeoutMs: 5000 }, hear: (_, say) => say(piece) })
      await expect(settle(board, board.loader.interrupt(never))).rejects.toBeInstanceOf(HardwareError)
    }
  })
})
