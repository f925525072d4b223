import type { BootLoader } from './boot-loader.ts'
import type { PowerControl } from './power.ts'
import type { Recorder } from './recorder.ts'
import type { Shell } from './shell.ts'
import type { Sysrq } from './sysrq.ts'

/** A board as work sees it: everything passes the gate under the token it was opened with. */
export type OpenBoard = {
  readonly id: string
  readonly recorder: Recorder
  readonly shell: Shell
  readonly power: PowerControl | null
  /** Only where boards.yaml says what it is (`boot_loader`). */
  readonly bootLoader?: BootLoader
  /** Only where boards.yaml allows it (`sysrq`). */
  readonly sysrq?: Sysrq
}
