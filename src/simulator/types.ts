/** What the parts of the simulated lab say to each other. Nothing here is known to the product. */

/** One outlet of a PDU: a board's supply, or a plain switch when nothing is plugged in. */
export type Outlet = { isOn(): boolean; switch(on: boolean): void }

/** Faults that can be changed while the thing runs. */
export type Switchable<F> = { get(): Readonly<F>; set(change: Partial<F>): void }

export type PduFaults = {
  /** Answers OK and does nothing. */
  lies: boolean
  /** Does not answer at all. */
  silent: boolean
  /** Answers late, by this many milliseconds. */
  slowMs: number
  /** Answers every switch with an error. */
  refuses: boolean
  /** Reads back nonsense instead of a state. */
  garbles: boolean
  /** Switches this many milliseconds after it said OK, as real ones do. */
  delayMs: number
}

export const NO_PDU_FAULTS: Readonly<PduFaults> = {
  lies: false,
  silent: false,
  slowMs: 0,
  refuses: false,
  garbles: false,
  delayMs: 0,
}

export type SimulatedPdu = {
  readonly port: number
  readonly faults: Switchable<PduFaults>
  /** Never throws; safe to call again. */
  close(): Promise<void>
}

export type BoardFaults = {
  /** Chance that a byte on its way to the board is lost. */
  loseIn: number
  /** Chance that a byte from the board arrives with some bits flipped. */
  garble: number
  /** The board swallows everything and says nothing, until this is taken away or it starts anew. */
  hang: boolean
  /** A real-time program has the processor: nothing else runs before the kernel kills it (SysRq i) or the board starts anew. */
  hog: boolean
  /** The kernel takes no SysRq, as with its interrupts off, until the board starts anew. */
  deaf: boolean
  /** Boots, and then never shows a prompt (from the next boot on). */
  neverPrompts: boolean
  /** Nobody listens on the console's port. Who is connected stays so. */
  refuses: boolean
  /** Closes the connection once, after this many more bytes to the client. */
  closeAfterBytes: number | null
  /** Prints as fast as the client reads, until this is taken away or it starts anew. */
  flood: boolean
  /** Added to each direction: a round trip is longer by twice as much. */
  slowMs: number
}

export const NO_BOARD_FAULTS: Readonly<BoardFaults> = {
  loseIn: 0,
  garble: 0,
  hang: false,
  hog: false,
  deaf: false,
  neverPrompts: false,
  refuses: false,
  closeAfterBytes: null,
  flood: false,
  slowMs: 0,
}

export type Noise = {
  /** Kernel lines a second, wherever the output happens to be. */
  linesPerSecond: number
  /** A kernel line each so many bytes of traffic (both directions) on average; 0 is none. */
  everyBytes: number
  /** printk level of these lines: shown only while the console level is above it. 0 is shown always. */
  level: number
}

export const NO_NOISE: Readonly<Noise> = { linesPerSecond: 0, everyBytes: 0, level: 0 }

/** What a board lived through; `t` is wall time in milliseconds, with parts. Tests trust this over anything the product says. */
export type BoardEvent = { t: number } & (
  | { kind: 'power'; on: boolean }
  | { kind: 'boot'; count: number }
  | { kind: 'prompt' }
  | { kind: 'reset'; by: string }
  | { kind: 'panic'; by: string }
  /** All processes but the first, which starts the shell again. */
  | { kind: 'killed'; by: string }
  | { kind: 'connect'; client: number }
  | { kind: 'disconnect'; client: number; by: 'client' | 'board' }
  /** A burst of typing: `t` is its first byte, `text` its beginning (latin1). */
  | { kind: 'typed'; count: number; text: string; until: number }
  | { kind: 'warning'; message: string }
)

export type ShellKind = 'bash' | 'dash' | 'busybox'

/** U-Boot before the kernel. */
export type LoaderOptions = {
  /** Beside the usual ones; `bootdelay` is in ticks. */
  environment?: Readonly<Record<string, string>>
  /** A second, and less for those who are in a hurry. */
  tickMs?: number
  /** CONFIG_AUTOBOOT_STOP_STR: without it any key stops the countdown. */
  stop?: string
  prompt?: string
  /** CONFIG_SYS_CBSIZE; 512 on QEMU's boards. */
  lineLength?: number
  /** False: built with the simple parser, which has no variables of its own and no exit status. */
  hush?: boolean
}

export type BoardOptions = {
  id: string
  /** The board's own folder is made in here, named by its id. */
  dir: string
  host?: string
  /** 0 takes any free one. */
  port: number
  /** Asked for at each log-in; without it the console is a root shell at once. */
  login?: { username: string; password: string }
  hostname?: string
  /** Kernel release that it says it runs. */
  kernel?: string
  /** Bits a second of the line, both ways; null is as fast as it goes. */
  baud?: number | null
  bootMs?: number
  shell?: ShellKind
  /** Where the shell is looked for; this process's PATH if not said. */
  path?: string
  seed?: number
  noise?: Partial<Noise>
  faults?: Partial<BoardFaults>
  /** Powered from the start (true). */
  on?: boolean
  /** A boot loader that can be stopped and talked to; without it its banner flies past. */
  loader?: LoaderOptions
  /** A console's log that the program `replay [STATUS]` prints on this one; a log that ends in a panic ends the board. */
  replay?: string
  /** A prompt that echoes, and no process behind it: for a thousand boards. */
  light?: boolean
  /** What a second client gets: QEMU lets it wait unheard, a console server turns it away. */
  secondClient?: 'wait' | 'refuse'
  /** Switching off closes the connection too, as for a board that is its own telnet server. */
  dropOnPowerOff?: boolean
  /** What a panic ends in: silence, or a reset (`panic=1`). */
  afterPanic?: 'hang' | 'reboot'
  /** Called with each event as it is recorded. */
  onEvent?: (event: BoardEvent) => void
}

export type SimulatedBoard = {
  readonly id: string
  readonly host: string
  readonly port: number
  /** `fs/root` in it is the board's home, `fs/tmp` its /tmp. */
  readonly dir: string
  /** How far its shell is shut in: `light` boards have none. */
  readonly jail: 'root' | 'user' | 'none' | 'light'
  power(on: boolean): void
  isOn(): boolean
  /** At its prompt (or log-in): booted, not hung, not dead of a panic. */
  isUp(): boolean
  readonly faults: Switchable<BoardFaults>
  readonly noise: Switchable<Noise>
  readonly record: readonly BoardEvent[]
  /** A kernel line onto the console now, in the middle of whatever is there. */
  inject(text: string): void
  panic(): void
  reset(): void
  close(): Promise<void>
}
