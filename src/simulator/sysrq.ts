import type { Machine } from './machine.ts'
import type { SerialPort } from './serial-port.ts'

/** Magic SysRq: by /proc/sysrq-trigger, or by a break on the line and a key (Documentation/admin-guide/sysrq.rst). */
export type Sysrq = {
  keys(bytes: Uint8Array, by: string): void
  /** What comes over the line: a key when a break came just before, else for the terminal. */
  typed(bytes: Uint8Array): void
  onBreak(): void
}

/** The kernel takes a key as a SysRq for so long after a break (serial_core.h). */
const BREAK_MS = 5000

export function createSysrq({ machine, serial }: { machine: Machine; serial: SerialPort }): Sysrq {
  let breakUntil = 0

  const key = (char: string, by: string): void => {
    if (!machine.isOn()) return
    if (char === 'c') machine.panic(by, true)
    else if (char === 'b') machine.reset(by)
    else if (char === 'o') machine.halt()
    else if (/\S/.test(char)) serial.kernel(['sysrq: HELP : reboot(b) crash(c) poweroff(o)'])
  }

  const keys = (bytes: Uint8Array, by: string): void => {
    // The kernel takes the first character of each write.
    for (const line of Buffer.from(bytes).toString('latin1').split('\n')) key(line.slice(0, 1), by)
  }

  return {
    keys,
    typed(bytes) {
      if (performance.now() > breakUntil || bytes.length === 0) return machine.type(bytes)
      breakUntil = 0
      keys(bytes.subarray(0, 1), 'break')
      machine.type(bytes.subarray(1))
    },
    onBreak() {
      breakUntil = performance.now() + BREAK_MS
    },
  }
}
