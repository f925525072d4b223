import type { Clock, Timer } from '../../../src/clock.ts'
import { HardwareError } from '../../../src/errors.ts'
import type {
  ConsoleHandlers,
  ConsoleLink,
  ConsoleOpener,
  PowerControl,
} from '../../../src/hardware/types.ts'
import { bootLines, loaderBanner, panicLines, stamp } from '../../../src/simulator/kernel-text.ts'
import { deedOf } from './deeds.ts'
import { type BoardShell, createBoardShell, type Launched } from './shell.ts'

/** What can be wrong with a board of the day; nobody but the day knows. */
export type Sickness =
  | 'console dies'
  | 'never prompts'
  | 'dies in mid-copy'
  | 'resets by itself'
  | 'hangs until cycled'
  | 'hangs for good'
  | 'PDU lies'

/** What really befell a board. */
export type Lived =
  | { kind: 'launched'; t: number; run: string; deed: string }
  | { kind: 'fell'; t: number; why: string }
  | { kind: 'booted'; t: number; by: 'power' | 'sysrq' | 'itself' }

export type DayBoard = {
  readonly id: string
  readonly lived: readonly Lived[]
  readonly console: ConsoleOpener
  readonly power: PowerControl
  /** It is sick from now on. */
  befall(sickness: Sickness): void
  readonly sickness: Sickness | null
  /** A sick one's next attack: it hangs, or starts again. Never while a program runs, whose fault it would look like. */
  attack(): boolean
}

/** From what is typed, or printed, to where it arrives: a line of 115200 baud and a server between. */
const LINE_MS = 2
const BOOT_MS = 4_000
const SYSRQ_MS = 5_000
/** `panic=10`, as many a board has it. */
const RESTART_MS = 10_000
const END_OF_PANIC = '---[ end Kernel panic - not syncing: Fatal exception in interrupt ]---'

/** A board, its console server and its outlet, in memory: they keep to the clock they are given, and to nothing else. */
export function createDayBoard(id: string, clock: Clock): DayBoard {
  const lived: Lived[] = []
  const files = new Map<string, Buffer>()
  let line: ConsoleHandlers | null = null
  let state: 'off' | 'booting' | 'up' | 'fallen' = 'off'
  let sickness: Sickness | null = null
  /** A fallen kernel that hears no break, and one that no power cycle wakes. */
  let isDeaf = false
  let bootedAt = 0
  let shell: BoardShell | null = null
  let going: Timer[] = []
  let running: { end(status: number): void; stubborn: boolean } | null = null
  let breakAt = -SYSRQ_MS

  const say = (text: string): void => {
    clock.after(LINE_MS, () => line?.onBytes(Buffer.from(text, 'latin1')))
  }
  const kernel = (...lines: readonly string[]): void =>
    say(lines.map(text => `${stamp((clock.mono() - bootedAt) / 1000, text)}\r\n`).join(''))
  const soon = (ms: number, fn: () => void): void => void going.push(clock.after(ms, fn))
  const down = (next: 'off' | 'fallen' | 'booting'): void => {
    for (const timer of going) timer.cancel()
    going = []
    running = null
    shell = null
    state = next
  }
  const fall = (why: string, deaf: boolean): void => {
    lived.push({ kind: 'fell', t: clock.now(), why })
    down('fallen')
    isDeaf = deaf
  }
  const boot = (by: 'power' | 'sysrq' | 'itself'): void => {
    lived.push({ kind: 'booted', t: clock.now(), by })
    down('booting')
    isDeaf = false
    if (sickness === 'hangs for good') return
    soon(300, () => {
      say(
        loaderBanner(id)
          .map(text => `${text}\r\n`)
          .join(''),
      )
      bootedAt = clock.mono()
      kernel(...bootLines('6.1.0-28-lab'))
    })
    soon(BOOT_MS, up)
  }
  const up = (): void => {
    if (sickness === 'never prompts') return
    files.clear()
    state = 'up'
    shell = createBoardShell({
      say,
      files,
      launch,
      signal: name => {
        if (running !== null && !running.stubborn) running.end(name === 'INT' ? 130 : 137)
      },
      takes(path) {
        if (sickness !== 'dies in mid-copy' || !path.endsWith('.part')) return true
        fall('died in mid-copy', false)
        return false
      },
    })
    say('\r\n# ')
  }
  const launch = ({ script, folder }: Launched): void => {
    const deed = deedOf(script, path => files.get(path)?.toString() ?? '', folder)
    const run = /br-(t\d+-\d+)$/.exec(folder)?.[1] ?? ''
    lived.push({ kind: 'launched', t: clock.now(), run, deed: deed.name })
    const end = (status: number): void => {
      running = null
      shell?.ended(status)
    }
    running = { end, stubborn: false }
    for (const text of deed.prints) shell?.print(`${text}\n`)
    soon(deed.afterMs, () => {
      switch (deed.kind) {
        case 'exit':
          for (const text of deed.kernel) kernel(text)
          return soon(10, () => end(deed.status))
        case 'panic':
          kernel(...panicLines('Fatal exception in interrupt', '6.1.0-28-lab', false))
          // kernel/panic.c: the one or the other.
          kernel(deed.restarts ? `Rebooting in ${RESTART_MS / 1000} seconds..` : END_OF_PANIC)
          fall('panic', true)
          if (deed.restarts) soon(RESTART_MS, () => boot('itself'))
      }
    })
  }

  const typed = (text: string): void => {
    if (clock.mono() - breakAt < SYSRQ_MS && (text === 'b' || text === 'i')) {
      breakAt = -SYSRQ_MS
      sysrq(text)
    } else shell?.typed(text)
  }
  const sysrq = (key: 'b' | 'i'): void => {
    if (state === 'off' || isDeaf || bootedAt === 0) return
    kernel(`sysrq: ${key === 'b' ? 'Resetting' : 'Kill All Tasks'}`)
    if (key === 'b') boot('sysrq')
    else if (state === 'up') {
      down('booting')
      up()
    }
  }
  const open = async (handlers: ConsoleHandlers): Promise<ConsoleLink> => {
    if (sickness === 'console dies') throw refused(id)
    line = handlers
    const isOpen = (): boolean => line === handlers
    const late = (fn: () => void) => clock.after(LINE_MS, () => isOpen() && fn())
    const check = (): void => {
      if (!isOpen()) throw gone(id)
    }
    return {
      async write(bytes) {
        check()
        const text = Buffer.from(bytes).toString('latin1')
        late(() => typed(text))
      },
      async sendBreak() {
        check()
        late(() => {
          breakAt = clock.mono()
        })
      },
      close() {
        if (isOpen()) line = null
      },
    }
  }

  let outlet: 'on' | 'off' = 'on'
  boot('power')
  return {
    id,
    lived,
    console: { where: `memory ${id}`, open },
    power: {
      where: `pdu of ${id}`,
      state: async () => outlet,
      // One that lies says OK, and its outlet stays what it was.
      async switch(to) {
        if (sickness === 'PDU lies' || to === outlet) return
        outlet = to
        if (to === 'off') down('off')
        else boot('power')
      },
      close: async () => {},
    },
    get sickness() {
      return sickness
    },
    befall(what) {
      sickness = what
      if (what === 'console dies') {
        lived.push({ kind: 'fell', t: clock.now(), why: what })
        const lost = line
        line = null
        lost?.onClose('the console server closed the connection')
      } else if (what === 'never prompts' || what === 'hangs for good' || what === 'PDU lies')
        fall(what, true)
    },
    attack() {
      if (state !== 'up' || running !== null) return false
      if (sickness === 'resets by itself') boot('itself')
      else if (sickness === 'hangs until cycled') fall('hung', true)
      return true
    },
  }
}

function refused(id: string): HardwareError {
  return new HardwareError(`memory ${id} refused the connection`, {
    hint: 'Look at it.',
    cause: 'no console',
    blame: 'board',
  })
}

function gone(id: string): HardwareError {
  return new HardwareError(`the console of ${id} was closed`, {
    hint: 'Look at it.',
    cause: 'console lost',
    blame: 'board',
  })
}
