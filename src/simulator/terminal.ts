import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { type Jail, jailed } from './jail.ts'

/** Where a booted board's shell is: what is typed goes in, what it prints comes out. */
export type Terminal = {
  write(bytes: Uint8Array): void
  /** Bytes typed that the board did not read yet. */
  backlog(): number
  pause(): void
  resume(): void
  /** At once and everything, as when the power goes. */
  kill(): void
  /** No process of it is left. */
  readonly gone: Promise<void>
}

export type TerminalHandlers = {
  onBytes: (bytes: Uint8Array) => void
  /** The board read what was waiting. */
  onDrain: () => void
  /** It ended though nobody killed it. */
  onLost: (reason: string) => void
}

/** Longer than the kernel ever takes to end a namespace. */
const STUBBORN_MS = 2000

let terminals = 0

/** Starts paused: a board prints nothing of its shell's before it is booted. */
export function startTerminal(
  board: { id: string; fs: string; hostname: string; jail: Jail },
  handlers: TerminalHandlers,
): Terminal {
  const { file, args, env } = jailed(board.jail, { ...board, program: '/board/init' })
  const mark = `${process.pid}.${++terminals}.${board.id}`
  const child = spawn(file, args, { env: { ...env, BOARD_MARK: mark }, stdio: ['pipe', 'pipe', 'pipe'] })
  const { promise: gone, resolve } = Promise.withResolvers<void>()
  let killed = false
  let complaint = ''
  let stubborn: NodeJS.Timeout | undefined
  child.stdout.pause()
  child.stdout.on('data', handlers.onBytes)
  child.stdin.on('drain', handlers.onDrain)
  // The board may end while something is being typed.
  child.stdin.on('error', () => {})
  child.stderr.on('data', (bytes: Buffer) => {
    complaint = (complaint + bytes.toString()).slice(-500)
  })
  child.once('error', error => {
    complaint = error.message
  })
  child.once('close', code => {
    clearTimeout(stubborn)
    if (board.jail === 'none') killMarked(mark)
    if (!killed) handlers.onLost(complaint.trim() || `ended with status ${code}`)
    resolve()
  })

  return {
    write: bytes => void (child.stdin.writable && child.stdin.write(bytes)),
    backlog: () => child.stdin.writableLength,
    pause: () => void child.stdout.pause(),
    resume: () => void child.stdout.resume(),
    kill() {
      if (killed) return
      killed = true
      child.stdout.removeAllListeners('data')
      child.stdout.resume()
      end(child, board.jail)
      stubborn = setTimeout(() => child.kill('SIGKILL'), STUBBORN_MS)
      if (board.jail === 'none') killMarked(mark)
    },
    gone,
  }
}

/**
 * Kills process 1 of the board rather than `unshare` over it: `unshare` ends only when the kernel has ended every
 * process of the namespace, so its end says that nothing is left.
 */
function end(child: ChildProcess, jail: Jail): void {
  const first = jail === 'none' ? undefined : childrenOf(child.pid)[0]
  if (first === undefined) child.kill('SIGKILL')
  else kill(first)
}

function childrenOf(pid: number | undefined): number[] {
  if (pid === undefined) return []
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter(Boolean).map(Number)
  } catch {
    // Ended already, or a kernel that does not list them: then `--kill-child` does the work.
    return []
  }
}

/** Without a namespace what has left the session is known by its environment only. */
function killMarked(mark: string): void {
  for (const name of readdirSync('/proc')) {
    if (!/^[0-9]+$/.test(name)) continue
    try {
      const environment = readFileSync(`/proc/${name}/environ`, 'latin1')
      if (environment.split('\0').includes(`BOARD_MARK=${mark}`)) kill(Number(name))
    } catch {
      // Somebody else's process, or one that has just ended.
    }
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // Ended by itself meanwhile.
  }
}
