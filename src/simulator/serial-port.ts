import { createBreakOrder } from './break-order.ts'
import { type ConsoleServer, createConsoleServer } from './console-server.ts'
import { createDamage } from './damage.ts'
import { stamp } from './kernel-text.ts'
import { createNoise } from './noise.ts'
import { createRandom } from './random.ts'
import type { BoardRecord } from './record.ts'
import type { BoardFaults, BoardOptions, Noise, Switchable } from './types.ts'
import { createWire, realTime } from './wire.ts'

/** A board's UART and the line from it to whoever is connected, with all that can be wrong with a line. */
export type SerialPort = {
  readonly port: number
  print(bytes: Uint8Array): void
  /** Kernel lines: ahead of what the terminal has waiting, unless there is no terminal yet. */
  kernel(lines: readonly string[], when?: 'at once' | 'in turn'): void
  /** Too much waits: print no more before `onRoom`. */
  isFull(): boolean
  /** The board stops taking input, or takes it again. */
  setTaking(taking: boolean): void
  /** The kernel runs: noise and floods begin. */
  start(): void
  /** No noise until the line is done: lines of one kernel do not cut into each other. */
  calm(): void
  /** Nothing more comes from the board. */
  stop(): void
  hangUp(): void
  /** The faults were changed. */
  review(): void
  close(): Promise<void>
}

export type SerialPortOptions = {
  board: BoardOptions
  faults: Switchable<BoardFaults>
  noise: Switchable<Noise>
  record: BoardRecord
  uptime: () => number
  shows: (level: number) => boolean
  onTyped: (bytes: Uint8Array) => void
  onBreak: () => void
  onRoom: () => void
}

/** So much may wait: what a terminal buffers on a paced line, a few socket buffers otherwise. */
const PACED_BYTES = 4096
const UNPACED_BYTES = 256 * 1024
const FLOOD = Buffer.from('the quick brown fox jumps over the lazy dog 0123456789\r\n'.repeat(1170))

export async function createSerialPort(options: SerialPortOptions): Promise<SerialPort> {
  const { board, faults, noise: settings, record } = options
  const seed = board.seed ?? 1
  const baud = board.baud ?? null
  const most = baud === null ? UNPACED_BYTES : PACED_BYTES
  const line = { baud, delayMs: () => faults.get().slowMs, time: realTime }
  const onTheWayIn = createDamage(() => faults.get().loseIn, createRandom(seed + 2))
  const onTheWayOut = createDamage(() => faults.get().garble, createRandom(seed + 3))
  const encode = (lines: readonly string[]): Uint8Array =>
    Buffer.from(
      lines.map(text => `${text.startsWith('[') ? text : stamp(options.uptime(), text)}\r\n`).join(''),
    )
  let running = false
  let taking = true
  let flooding: NodeJS.Immediate | null = null

  const order = createBreakOrder(bytes => {
    record.typed(bytes)
    options.onTyped(onTheWayIn.lose(bytes))
  }, options.onBreak)
  const incoming = createWire({
    ...line,
    deliver: order.came,
    onRoom: () => reviewInput(),
  })
  const outgoing = createWire({
    ...line,
    deliver: bytes => send(server, faults, onTheWayOut.garble(bytes)),
    onRoom: () => review(),
  })
  const noise = createNoise({
    settings: settings.get,
    seed,
    time: realTime,
    line: text => encode([text]),
    shows: level => !faults.get().hang && options.shows(level),
    emit: outgoing.cut,
  })
  const server = await createConsoleServer({
    host: board.host ?? '127.0.0.1',
    port: board.port,
    secondClient: board.secondClient ?? 'wait',
    onInput(bytes) {
      noise.passBy(bytes.length)
      order.sent(bytes.length)
      incoming.push(bytes)
      reviewInput()
    },
    onBreak: order.sentBreak,
    onConnect(client) {
      record.add({ kind: 'connect', client })
      flood()
    },
    onDisconnect: (client, by) => record.add({ kind: 'disconnect', client, by }),
    onDrain: () => review(),
  })

  const isFull = (): boolean => outgoing.waiting() + server.backlog() > most
  const review = (): void => {
    if (isFull()) return
    options.onRoom()
    flood()
  }
  const reviewInput = (): void => {
    if (taking && incoming.waiting() <= most) server.resumeInput()
    else server.pauseInput()
  }
  const floods = (): boolean =>
    running && faults.get().flood && !faults.get().hang && server.hasClient() && !isFull()
  const flood = (): void => {
    if (flooding !== null || !floods()) return
    flooding = setImmediate(() => {
      flooding = null
      if (floods()) outgoing.push(FLOOD.subarray(0, most))
      flood()
    })
  }

  return {
    port: server.port,
    print(bytes) {
      for (const { bytes: piece, isLine } of noise.splice(bytes))
        outgoing[isLine ? 'pushWhole' : 'push'](piece)
    },
    kernel: (lines, when = 'at once') => outgoing[when === 'at once' ? 'cut' : 'pushWhole'](encode(lines)),
    isFull,
    setTaking(wanted) {
      taking = wanted
      reviewInput()
    },
    start() {
      running = true
      noise.start()
      flood()
    },
    calm: noise.stop,
    stop() {
      running = false
      noise.stop()
      outgoing.drop()
    },
    hangUp: server.hangUp,
    review() {
      server.setListening(!faults.get().refuses)
      flood()
    },
    async close() {
      running = false
      noise.stop()
      incoming.clear()
      outgoing.clear()
      await server.close()
    },
  }
}

function send(server: ConsoleServer, faults: Switchable<BoardFaults>, bytes: Uint8Array): void {
  const left = server.hasClient() ? faults.get().closeAfterBytes : null
  server.send(left === null ? bytes : bytes.subarray(0, left))
  if (left === null) return
  const isEnd = bytes.length >= left
  faults.set({ closeAfterBytes: isEnd ? null : left - bytes.length })
  if (isEnd) server.hangUp()
}
