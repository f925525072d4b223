import { bootLines, loaderBanner, panicLines } from './kernel-text.ts'
import type { BoardRecord } from './record.ts'
import type { SerialPort } from './serial-port.ts'
import type { Terminal, TerminalHandlers } from './terminal.ts'
import type { BoardFaults } from './types.ts'
import type { UBoot, UBootDeps } from './u-boot.ts'

/** The board itself: power, boot, life and death. */
export type Machine = {
  power(on: boolean): void
  isOn(): boolean
  isUp(): boolean
  uptime(): number
  type(bytes: Uint8Array): void
  /** The line has room again. */
  resume(): void
  panic(by: string, triggered?: boolean): void
  /** `lastWords`: what its kernel says in that moment. */
  reset(by: string, lastWords?: readonly string[]): void
  /** Whether a kernel runs, or died and is still there: not in the boot loader. */
  hasKernel(): boolean
  /** Ends all processes but the first. */
  killAll(by: string): void
  /** Ends as a halted machine does: on, and silent. */
  halt(): void
  /** As a panic, without its words. */
  die(by: string): void
  /** How often it was started. */
  boots(): number
  /** Everything of it is gone when this settles. */
  close(): Promise<void>
}

export type MachineOptions = {
  hostname: string
  kernel: string
  bootMs: number
  afterPanic: 'hang' | 'reboot'
  dropOnPowerOff: boolean
  faults: () => Readonly<BoardFaults>
  serial: SerialPort
  record: BoardRecord
  /** Makes the board's files as they are after a boot. May throw. */
  freshen: () => void
  start: (handlers: TerminalHandlers) => Terminal
  /** Null: its banner flies past. */
  loader: ((handlers: LoaderHandlers) => UBoot) | null
  /** Takes what programs wrote to the kernel's files by now. */
  poll: () => void
  /** A board that starts anew is neither hung nor flooding. */
  recover: () => void
  /** What had the processor was killed. */
  release: () => void
}

export type LoaderHandlers = Pick<UBootDeps, 'onBoot' | 'onReset'>

type Phase = 'off' | 'loading' | 'booting' | 'up' | 'dead'

const TERMINAL_BYTES = 64 * 1024
const PANIC_REBOOT_MS = 1000

export function createMachine(options: MachineOptions): Machine {
  const { serial, record, faults } = options
  let phase: Phase = 'off'
  let startedAt = 0
  let boots = 0
  let prompted = false
  let terminal: Terminal | null = null
  let loader: UBoot | null = null
  let gone: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined

  const isStuck = (): boolean => faults().hang || faults().hog
  const uptime = (): number => (performance.now() - startedAt) / 1000

  const stop = (to: Phase): void => {
    phase = to
    clearTimeout(timer)
    loader?.stop()
    loader = null
    prompted = false
    serial.stop()
    serial.setTaking(true)
    if (to !== 'dead') options.recover()
    if (terminal === null) return
    terminal.kill()
    gone = Promise.all([gone, terminal.gone]).then(() => {})
    terminal = null
  }

  const handlers = (boot: number): TerminalHandlers => ({
    onBytes(bytes) {
      // What the board printed after it wrote to sysrq was never printed: the write does not return.
      options.poll()
      if (boots !== boot || phase !== 'up' || isStuck()) return
      if (!prompted) record.add({ kind: 'prompt' })
      prompted = true
      serial.print(bytes)
      if (serial.isFull()) terminal?.pause()
    },
    onDrain: () => serial.setTaking(true),
    onLost(reason) {
      if (boots !== boot || phase === 'off') return
      record.add({ kind: 'warning', message: `the shell of the board was lost: ${reason}` })
      terminal = null
      stop('dead')
    },
  })

  const startShell = async (boot: number, files: 'fresh' | 'left'): Promise<void> => {
    await gone
    if (boots !== boot || (phase !== 'booting' && phase !== 'up')) return
    if (files === 'fresh') options.freshen()
    terminal = options.start(handlers(boot))
    if (phase === 'up') terminal.resume()
  }

  const beginShell = (boot: number, files: 'fresh' | 'left'): void => {
    startShell(boot, files).catch((error: unknown) => {
      record.add({ kind: 'warning', message: `the board's shell did not start: ${String(error)}` })
    })
  }

  const booted = (): void => {
    phase = faults().neverPrompts ? 'dead' : 'up'
    serial.start()
    terminal?.resume()
  }

  const boot = (): void => {
    const number = ++boots
    startedAt = performance.now()
    record.add({ kind: 'boot', count: number })
    if (options.loader === null) {
      serial.print(Buffer.from(loaderBanner(options.hostname).join('\r\n')))
      startKernel(number)
      return
    }
    phase = 'loading'
    const onBoot = (bootargs: string): void => {
      loader?.stop()
      loader = null
      startedAt = performance.now()
      serial.calm()
      startKernel(number, bootargs)
    }
    loader = options.loader({ onBoot, onReset: () => reset('boot loader') })
    // On a real board the noise is that of other firmware; it falls into the line all the same.
    serial.start()
    loader.start()
  }

  const startKernel = (number: number, bootargs?: string): void => {
    phase = 'booting'
    if (!faults().neverPrompts) beginShell(number, 'fresh')
    const lines = bootLines(options.kernel, bootargs)
    const next = (at: number): void => {
      const text = lines[at]
      if (text === undefined) {
        booted()
        return
      }
      serial.kernel([text], 'in turn')
      timer = setTimeout(next, options.bootMs / lines.length, at + 1)
    }
    next(0)
  }

  const reset = (by: string, lastWords: readonly string[] = []): void => {
    if (phase === 'off') return
    record.add({ kind: 'reset', by })
    stop('booting')
    // A kernel's console waits for the line: these are out before it lets go.
    serial.kernel(lastWords, 'in turn')
    boot()
  }

  return {
    power(on) {
      if (on === (phase !== 'off')) return
      record.add({ kind: 'power', on })
      if (on) return boot()
      stop('off')
      if (options.dropOnPowerOff) serial.hangUp()
    },
    isOn: () => phase !== 'off',
    isUp: () => phase === 'up' && prompted && !isStuck(),
    uptime,
    type(bytes) {
      if (phase === 'loading' && !faults().hang) loader?.type(bytes)
      if (phase !== 'up' || isStuck() || terminal === null) return
      terminal.write(bytes)
      if (terminal.backlog() > TERMINAL_BYTES) serial.setTaking(false)
    },
    resume() {
      if (phase === 'up') terminal?.resume()
    },
    panic(by, triggered = false) {
      if (phase === 'off' || phase === 'dead') return
      record.add({ kind: 'panic', by })
      stop('dead')
      const why = triggered ? 'sysrq triggered crash' : 'Fatal exception in interrupt'
      const reboots = options.afterPanic === 'reboot'
      const last = reboots ? 'Rebooting in 1 seconds..' : `---[ end Kernel panic - not syncing: ${why} ]---`
      serial.kernel([...panicLines(why, options.kernel, triggered), last])
      if (reboots) timer = setTimeout(() => reset('panic'), PANIC_REBOOT_MS)
    },
    reset,
    hasKernel: () => phase === 'booting' || phase === 'up' || phase === 'dead',
    killAll(by) {
      if (phase !== 'up' || terminal === null) return
      record.add({ kind: 'killed', by })
      options.release()
      prompted = false
      terminal.kill()
      gone = Promise.all([gone, terminal.gone]).then(() => {})
      terminal = null
      serial.setTaking(true)
      beginShell(boots, 'left')
    },
    halt() {
      if (phase === 'off') return
      stop('dead')
      serial.kernel(['reboot: Power down'])
    },
    die(by) {
      if (phase === 'off' || phase === 'dead') return
      record.add({ kind: 'panic', by })
      stop('dead')
    },
    boots: () => boots,
    async close() {
      stop('off')
      await gone
    },
  }
}
