import { constants, createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { type Fifo, openFifo } from './fifo.ts'
import type { Machine } from './machine.ts'
import type { BoardRecord } from './record.ts'
import type { SerialPort } from './serial-port.ts'

/**
 * A console's log that was recorded elsewhere, printed by this board's UART whenever somebody runs `replay` on it.
 * A log that ends in a panic leaves the board as dead as the one that it came from.
 */
export type Replay = {
  /** The line has room again. */
  resume(): void
  close(): Promise<void>
}

/** What the program `replay` writes its exit status into, and where it reads that the log is at its end. */
export type ReplayFifos = { asked: string; answered: string }

type ReplayDeps = {
  file: string
  fifos: ReplayFifos
  machine: Pick<Machine, 'die' | 'boots' | 'isOn'>
  serial: Pick<SerialPort, 'print' | 'isFull'>
  record: Pick<BoardRecord, 'add'>
}

export async function createReplay(deps: ReplayDeps): Promise<Replay> {
  const { file, fifos, machine, serial, record } = deps
  const isFatal = await endsInPanic(file)
  const answers = await open(fifos.answered, constants.O_RDWR | constants.O_NONBLOCK)
  let room = Promise.withResolvers<void>()
  let going = Promise.resolve()
  let isOpen = true

  const play = async (status: number): Promise<void> => {
    const life = machine.boots()
    const isOver = (): boolean => !isOpen || machine.boots() !== life || !machine.isOn()
    await forget(answers)
    // Whatever ran beside it in the lab where it was recorded is in the log already.
    if (isFatal) machine.die('replay')
    for await (const bytes of createReadStream(file) as AsyncIterable<Buffer>) {
      while (serial.isFull() && !isOver()) {
        room = Promise.withResolvers()
        await room.promise
      }
      if (isOver()) return
      serial.print(bytes)
    }
    if (!isFatal) await answers.write(`${status}\n`)
  }

  const onAsked = (bytes: Uint8Array): void => {
    const status = Number.parseInt(Buffer.from(bytes).toString('latin1'), 10) || 0
    going = going
      .then(() => play(status))
      .catch((error: unknown) =>
        record.add({ kind: 'warning', message: `the replay broke off: ${String(error)}` }),
      )
  }
  const fifo: Fifo = await openFifo(fifos.asked, onAsked)
  return {
    resume: () => room.resolve(),
    async close() {
      isOpen = false
      room.resolve()
      await fifo.close()
      await going
      await answers.close()
    },
  }
}

/** An answer that nobody waited for any more. */
async function forget(answers: FileHandle): Promise<void> {
  try {
    await answers.read(Buffer.alloc(256))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
  }
}

/** `$` of a line is not waited for: the end of a panic's first line may be lost. */
const PANIC_OR_START =
  /Kernel panic - not syncing|(?:^|[\r\n])(?:U-Boot (?:SPL |TPL )?20\d\d\.|SeaBIOS \(version |\[ {4}0\.000000\] (?:Linux version|Booting Linux) )/g
/** No sign of either kind is longer. */
const SIGN_BYTES = 64

/** Whether the board had panicked, and had not started again, when its log ended. Throws when the file cannot be read. */
async function endsInPanic(file: string): Promise<boolean> {
  let isDead = false
  let tail = ''
  for await (const bytes of createReadStream(file) as AsyncIterable<Buffer>) {
    const text = tail + bytes.toString('latin1')
    for (const [sign] of text.matchAll(PANIC_OR_START)) isDead = sign.startsWith('Kernel panic')
    tail = text.slice(-SIGN_BYTES)
  }
  return isDead
}
