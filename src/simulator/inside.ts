import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Fifo, openFifo } from './fifo.ts'
import { freshen, makeFolder } from './folder.ts'
import { findJail, makeFifos } from './jail.ts'
import { startLightTerminal } from './light-terminal.ts'
import type { ReplayFifos } from './replay.ts'
import { bringShell, findProgram } from './shells.ts'
import { startTerminal, type Terminal, type TerminalHandlers } from './terminal.ts'
import type { BoardOptions, SimulatedBoard } from './types.ts'

/** What a board has inside: its files, the shell in them, and the files that are its kernel's. */
export type Inside = {
  readonly jail: SimulatedBoard['jail']
  freshen: () => void
  start: (handlers: TerminalHandlers) => Terminal
  poll: () => void
  consoleLevel: () => number
  /** Where the board's programs ask for a replay; null where it has none. */
  replay: ReplayFifos | null
  open: (onSysrq: (bytes: Uint8Array) => void, onKernel: (lines: readonly string[]) => void) => Promise<void>
  close: () => Promise<void>
}

const DEFAULT_LEVEL = 7

export type NamedBoard = BoardOptions & { hostname: string; kernel: string }

/** Rejects as root where no jail can be made. */
export async function makeInside(board: NamedBoard, dir: string): Promise<Inside> {
  return board.light ? nothingInside() : await makeShell(board, dir)
}

function nothingInside(): Inside {
  return {
    jail: 'light',
    freshen: () => {},
    start: startLightTerminal,
    poll: () => {},
    consoleLevel: () => DEFAULT_LEVEL,
    replay: null,
    open: async () => {},
    close: async () => {},
  }
}

async function makeShell(board: NamedBoard, dir: string): Promise<Inside> {
  const jail = await findJail()
  const { id, hostname, kernel, shell = 'bash', login = null } = board
  const found = findProgram(shell, board.path)
  if (found === null) throw new Error(`${id} needs ${shell}, which is not installed here`)
  mkdirSync(dir, { recursive: true })
  const fs = makeFolder({ dir, hostname, kernel, shell, login })
  bringShell(fs, shell, found)
  const paths = await makeFifos(fs)
  const fifos: Fifo[] = []
  const consoleLevel = createLevel(join(fs, 'board/printk'))
  return {
    jail,
    freshen: () => freshen(fs),
    start: handlers => startTerminal({ id, fs, hostname, jail }, handlers),
    poll: () => fifos[0]?.poll(),
    consoleLevel,
    replay: paths,
    async open(onSysrq, onKernel) {
      fifos.push(await openFifo(paths.sysrq, onSysrq))
      fifos.push(await openFifo(paths.kmsg, bytes => onKernel(kmsgLines(bytes, consoleLevel()))))
    },
    async close() {
      await Promise.all(fifos.map(fifo => fifo.close()))
    },
  }
}

/** The first of the four numbers in the file; it is empty for the instant in which it is written anew. */
function createLevel(file: string): () => number {
  let last = DEFAULT_LEVEL
  return () => {
    const level = existsSync(file) ? Number.parseInt(readFileSync(file, 'latin1'), 10) : Number.NaN
    if (!Number.isNaN(level)) last = level
    return last
  }
}

/** `<3>text` of /dev/kmsg: shown when its level is below the console's. */
function kmsgLines(bytes: Uint8Array, consoleLevel: number): string[] {
  const lines = Buffer.from(bytes).toString('latin1').split('\n').filter(Boolean)
  return lines.flatMap(line => {
    const [, level = '4', text = line] = /^<([0-7])>(.*)$/.exec(line) ?? []
    return Number(level) < consoleLevel ? [text] : []
  })
}
