import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSimulatedBoard } from '../../src/simulator/board.ts'
import { createDecoder, escapeBytes } from '../../src/simulator/telnet.ts'
import type { BoardOptions, SimulatedBoard } from '../../src/simulator/types.ts'
import { until } from '../until.ts'

/** Somebody at a board's console. */
export type ConsoleClient = {
  /** All data heard since the last `clear`, as latin1. */
  text(): string
  /** Everything that came over the socket, with telnet's own bytes. */
  raw(): Buffer
  clear(): void
  type(text: string): void
  send(bytes: Uint8Array): void
  /** Bytes as they are, not escaped. */
  sendRaw(...bytes: number[]): void
  see(what: string | RegExp, withinMs?: number): Promise<void>
  isClosed(): boolean
  close(): void
}

export async function openConsole(port: number): Promise<ConsoleClient> {
  const socket = connect(port, '127.0.0.1')
  const decode = createDecoder()
  let heard: Buffer[] = []
  const raw: Buffer[] = []
  let closed = false
  socket.on('data', chunk => {
    raw.push(chunk)
    for (const item of decode(chunk)) if (item.kind === 'bytes') heard.push(Buffer.from(item.bytes))
  })
  socket.on('error', () => {})
  socket.once('close', () => {
    closed = true
  })
  await once(socket, 'connect')
  const text = (): string => Buffer.concat(heard).toString('latin1')
  const holds = (what: string | RegExp): boolean =>
    typeof what === 'string' ? text().includes(what) : what.test(text())
  return {
    text,
    raw: () => Buffer.concat(raw),
    clear() {
      heard = []
    },
    type: line => void socket.write(line),
    send: bytes => void socket.write(escapeBytes(bytes)),
    sendRaw: (...bytes) => void socket.write(Uint8Array.from(bytes)),
    see: async (what, withinMs) => {
      const heardSoFar = (): string => `${String(what)} on the console, which says ${text().slice(-300)}`
      await until(() => holds(what), String(what), withinMs).catch(() => {
        throw new Error(`not seen: ${heardSoFar()}`)
      })
    },
    isClosed: () => closed,
    close: () => void socket.destroy(),
  }
}

/** A booted board with somebody at its console, and nothing of it afterwards. */
export async function withBoard(
  options: Partial<BoardOptions>,
  story: (board: SimulatedBoard, client: ConsoleClient) => Promise<void>,
): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  const board = await createSimulatedBoard({ id: 'sim-a', dir, port: 0, bootMs: 15, ...options })
  try {
    const client = await openConsole(board.port)
    const prompts = options.on !== false && !options.faults?.neverPrompts
    if (prompts) await until(board.isUp, 'the board is up')
    await story(board, client)
    client.close()
  } finally {
    await board.close()
    await rm(dir, { recursive: true, force: true })
  }
}

/** Types a command at the prompt and returns what it printed. */
export async function run(client: ConsoleClient, command: string, withinMs?: number): Promise<string> {
  client.clear()
  // The end is written in two halves, so that the echo is not taken for it.
  client.type(`echo BE''GIN; ${command}; echo E''ND $?\r`)
  await client.see(/END \d+\r$/m, withinMs)
  const [, output = ''] = /BEGIN\r\n([\s\S]*)END \d+\r$/m.exec(client.text()) ?? []
  return output.replaceAll('\r\n', '\n').trim()
}

/** Nothing more comes by itself: what the board printed on its way to its prompt has arrived here, the prompt last. */
export async function atPrompt(client: ConsoleClient): Promise<void> {
  await run(client, ':')
  await client.see(/END \d+\r\n[^\n]*# $/)
}

/** Process ids of whatever still runs for a board of that id, started by this process or the one given. */
export function processesOf(id: string, by = process.pid): number[] {
  return readdirSync('/proc')
    .filter(name => /^[0-9]+$/.test(name))
    .map(Number)
    .filter(pid => {
      try {
        const variables = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')
        return variables.some(text => text.startsWith(`BOARD_MARK=${by}.`) && text.endsWith(`.${id}`))
      } catch {
        return false
      }
    })
}
