import type { Machine } from './machine.ts'
import type { SerialPort } from './serial-port.ts'
import type { BoardFaults } from './types.ts'

/** Magic SysRq: by /proc/sysrq-trigger, or by a break on the line and a key (Documentation/admin-guide/sysrq.rst). */
export type Sysrq = {
  keys(bytes: Uint8Array, by: string): void
  /** What comes over the line: a key when a break came just before, else for the terminal. */
  typed(bytes: Uint8Array): void
  onBreak(): void
}

export type SysrqDeps = { machine: Machine; serial: SerialPort; faults: () => Readonly<BoardFaults> }

/** The kernel takes a key as a SysRq for so long after a break (SYSRQ_TIMEOUT, serial_core.h). */
const BREAK_MS = 5000
const HELP = 'sysrq: HELP : reboot(b) crash(c) kill-all-tasks(i) poweroff(o)'

export function createSysrq({ machine, serial, faults }: SysrqDeps): Sysrq {
  /** Null: the next character is none. It stays set after its time is over, until a character or a break comes. */
  let breakUntil: number | null = null

  const key = (char: string, by: string): void => {
    if (!machine.isOn()) return
    if (char === 'c') machine.panic(by, true)
    else if (char === 'b') machine.reset(by, ['sysrq: Resetting'])
    else if (char === 'i') {
      serial.kernel(['sysrq: Kill All Tasks'])
      machine.killAll(by)
    } else if (char === 'o') machine.halt()
    else if (/\S/.test(char)) serial.kernel([HELP])
  }

  const keys = (bytes: Uint8Array, by: string): void => {
    // The kernel takes the first character of each write.
    for (const line of Buffer.from(bytes).toString('latin1').split('\n')) key(line.slice(0, 1), by)
  }

  return {
    keys,
    typed(bytes) {
      if (breakUntil === null || bytes.length === 0) return machine.type(bytes)
      const isKey = performance.now() <= breakUntil && bytes[0] !== 0
      breakUntil = null
      if (!isKey) return machine.type(bytes)
      key(String.fromCharCode(bytes[0] ?? 0), 'break')
      machine.type(bytes.subarray(1))
    },
    onBreak() {
      // A boot loader does not know it; a second one takes the first back (uart_handle_break).
      if (!machine.hasKernel() || faults().deaf) return
      breakUntil = breakUntil === null ? performance.now() + BREAK_MS : null
    },
  }
}
