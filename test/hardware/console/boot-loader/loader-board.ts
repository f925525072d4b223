import { createBootLoader } from '../../../../src/hardware/console/boot-loader/boot-loader.ts'
import type { BootLoaderOptions, LoaderPace } from '../../../../src/hardware/console/boot-loader/session.ts'
import type { BootLoader, RecorderNews } from '../../../../src/hardware/types.ts'
import { silentLog } from '../../../../src/log.ts'
import type { LoaderOptions } from '../../../../src/simulator/types.ts'
import { createUBoot, type UBoot } from '../../../../src/simulator/u-boot.ts'
import { createFakeClock, type FakeClock } from '../../../fake-clock.ts'

/** A board in memory, on fake time: the simulated U-Boot, or whatever a test puts in its place. */
export type LoaderBoard = {
  clock: FakeClock
  loader: BootLoader
  /** Everything typed, in order, and when. */
  typed: { at: number; text: string }[]
  /** What the boot loader itself printed, before anything became of it on the line. */
  printed(): string
  booted: string[]
  expectations: boolean[]
  power(on: boolean): void
  say(bytes: Uint8Array | string): void
  /** As somebody else at the console. */
  type(text: string): void
  connect(connected: boolean): void
  /** From now on the line takes nothing more. */
  stick(): void
  /** From now on something else is at the line. */
  become(hear: Hear): void
}

export type Hear = (text: string, say: (bytes: Uint8Array | string) => void) => void

export type LoaderBoardOptions = {
  uBoot?: LoaderOptions
  options?: Partial<BootLoaderOptions>
  /** What becomes of what the board says: noise, cuts, chunks. The default says it as it is. */
  speak?(bytes: Buffer, say: (bytes: Uint8Array) => void): void
  /** What of the typing arrives. */
  arrive?(bytes: Buffer): Buffer
  loaderPace?: LoaderPace
  /** Instead of U-Boot. */
  hear?: Hear
}

export function createLoaderBoard(given: LoaderBoardOptions = {}): LoaderBoard {
  const clock = createFakeClock()
  const listeners = new Set<(news: RecorderNews) => void>()
  const typed: LoaderBoard['typed'] = []
  const booted: string[] = []
  const expectations: boolean[] = []
  let head = 0
  let isConnected = true
  let isStuck = false
  let printed = ''
  let uBoot: UBoot | null = null
  let { hear } = given

  const state = () => ({ connected: isConnected, since: 0, lastByteAt: null, problem: null, head })
  const tell = (news: RecorderNews): void => {
    for (const listener of [...listeners]) listener(news)
  }
  const say = (said: Uint8Array | string): void => {
    const bytes = typeof said === 'string' ? Buffer.from(said, 'latin1') : said
    const offset = head
    head += bytes.length
    if (bytes.length > 0) tell({ kind: 'chunk', chunk: { offset, t: clock.now(), bytes } })
  }
  const speak = given.speak ?? ((bytes, out) => out(bytes))

  const turnOn = (): void => {
    uBoot = createUBoot({
      options: given.uBoot ?? {},
      hostname: 'b1',
      time: clock,
      print(bytes) {
        printed += Buffer.from(bytes).toString('latin1')
        speak(Buffer.from(bytes), say)
      },
      onBoot(bootargs) {
        uBoot?.stop()
        uBoot = null
        booted.push(bootargs)
        speak(Buffer.from('[    0.000000] Booting Linux on physical CPU 0x0\r\n'), say)
      },
      onReset() {
        uBoot?.stop()
        turnOn()
      },
    })
    uBoot.start()
  }

  const loader = createBootLoader({
    recorder: {
      where: 'memory',
      state,
      listen(listener) {
        listeners.add(listener)
        return () => void listeners.delete(listener)
      },
      connected: () => Promise.resolve(),
      expectReset: expected => void expectations.push(expected),
    },
    write(bytes) {
      const text = Buffer.from(bytes).toString('latin1')
      typed.push({ at: clock.mono(), text })
      if (isStuck) return new Promise<void>(() => {})
      if (hear !== undefined) hear(text, say)
      else uBoot?.type(given.arrive?.(Buffer.from(bytes)) ?? bytes)
      return Promise.resolve()
    },
    clock,
    log: silentLog,
    board: 'b1',
    ...(given.loaderPace === undefined ? {} : { loaderPace: given.loaderPace }),
    options: {
      ...{ interrupt: ' ', prompt: null, commandTimeoutMs: 30_000, interruptTimeoutMs: 20_000 },
      ...given.options,
    },
  })

  return {
    ...{ clock, loader, typed, booted, expectations, say },
    printed: () => printed,
    type: text => uBoot?.type(Buffer.from(text, 'latin1')),
    power(on) {
      uBoot?.stop()
      uBoot = null
      if (on) turnOn()
    },
    stick() {
      isStuck = true
    },
    become(other) {
      uBoot?.stop()
      uBoot = null
      hear = other
    },
    connect(connected) {
      isConnected = connected
      tell({ kind: 'state', state: state() })
    },
  }
}

/** Lets fake time pass until it settles; throws what it rejects with. */
export async function settle<T>({ clock }: LoaderBoard, promise: Promise<T>, withinMs = 300_000): Promise<T> {
  let isDone = false
  const done = promise.finally(() => {
    isDone = true
  })
  done.catch(() => {})
  for (let passed = 0; !isDone && passed <= withinMs; passed += 25) await clock.pass(25)
  if (!isDone) throw new Error(`not settled within ${withinMs} ms of fake time`)
  return done
}

/** With its autoboot stopped. */
export async function stoppedBoard(given: LoaderBoardOptions = {}): Promise<LoaderBoard> {
  const board = createLoaderBoard(given)
  board.power(true)
  await settle(board, board.loader.interrupt(never))
  return board
}

export const never = new AbortController().signal
