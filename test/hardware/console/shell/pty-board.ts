import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '../../../../src/clock.ts'
import type { PaceMemory } from '../../../../src/hardware/console/shell/pace.ts'
import { createShell } from '../../../../src/hardware/console/shell/shell.ts'
import type { FileWay, Recorder, Shell } from '../../../../src/hardware/types.ts'
import { silentLog } from '../../../../src/log.ts'
import type { Finding } from '../../../../src/reading/types.ts'
import { findProgram, installedShells } from '../../../../src/simulator/shells.ts'
import type { ShellKind } from '../../../../src/simulator/types.ts'
import { until } from '../../../until.ts'
import { createLine, type Faults } from './pty-line.ts'

/**
 * A board that is a real shell on a real pseudo-terminal (util-linux `script` makes one), behind the part of the
 * Recorder's port that a shell uses, with the faults of a serial line on request.
 */
export type PtyBoard = {
  recorder: Pick<Recorder, 'listen' | 'state' | 'connected' | 'where'>
  write(bytes: Uint8Array): Promise<void>
  /** Everything the console said; offsets are indexes. */
  log(): Buffer
  /** Everything typed, as the board got it. */
  typed(): Buffer
  /** A folder of the board's own; `printk` in it stands for the kernel's console level. */
  folder: string
  printk: string
  faults: Faults
  /** The line goes away, with the reason. */
  unplug(reason: string): void
  /** What the recorder's scanner would say. */
  find(finding: Finding): void
  /** The terminal is gone, as when a connection to a telnet server ends. */
  hangUp(): Promise<void>
  close(): Promise<void>
}

export type PtyBoardOptions = {
  shell: ShellKind
  /** What is started as `sh` inside. */
  inner?: ShellKind
  echo?: boolean
  seed?: number
  faults?: Faults
  /** A whole command line instead of the shell. */
  command?: string
  env?: Record<string, string>
  /** The board has these programs and no others. */
  tools?: readonly string[]
}

const ARGUMENTS: Record<ShellKind, string> = {
  bash: '--norc -i',
  dash: '-i',
  busybox: 'ash -i',
}

/** The shells of this machine, found as a simulated board finds them: busybox where it is installed. */
export const SHELLS: readonly ShellKind[] = installedShells()

export async function openPtyBoard(options: PtyBoardOptions): Promise<PtyBoard> {
  const folder = mkdtempSync(join(tmpdir(), 'boardroom-pty-'))
  const printk = join(folder, 'printk')
  writeFileSync(printk, '7\t4\t1\t7\n')
  const child = startShell(options, folder)
  const line = createLine(options.faults ?? {}, options.seed ?? 1)
  child.stdout?.on('data', (bytes: Buffer) => line.fromBoard(bytes))
  child.once('exit', () => line.unplug('the shell ended'))
  line.toBoard(bytes => void child.stdin?.write(bytes))
  child.stdin?.on('error', () => {})
  const hangUp = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  // A shell that is still starting would die of our first interrupt.
  if (options.command === undefined) await until(() => line.log().length > 0, 'the shell says something')
  return {
    recorder: line.recorder,
    write: line.write,
    log: line.log,
    typed: line.typed,
    folder,
    printk,
    faults: line.faults,
    unplug: line.unplug,
    find: line.find,
    hangUp,
    async close() {
      line.close()
      await hangUp()
      // What cleans up after a hang-up needs the board's programs until it is done.
      await until(() => isDeserted(folder), 'the processes of the board end')
      killAllOf(folder)
      rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
    },
  }
}

/** A test that made a session of its own outlives its terminal; this board's are known by their environment. */
function killAllOf(folder: string): void {
  for (const pid of readdirSync('/proc').filter(name => /^[0-9]+$/.test(name))) {
    try {
      if (readFileSync(`/proc/${pid}/environ`).includes(folder)) process.kill(Number(pid), 'SIGKILL')
    } catch {
      // It has gone meanwhile, or is somebody else's.
    }
  }
}

/** No process works in the folder any more. */
function isDeserted(folder: string): boolean {
  return !readdirSync('/proc').some(name => /^\d+$/.test(name) && workingFolder(name) === folder)
}

function workingFolder(pid: string): string | null {
  try {
    return readlinkSync(`/proc/${pid}/cwd`)
  } catch {
    return null
  }
}

function startShell(options: PtyBoardOptions, folder: string): ChildProcess {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  const links = [['sh', options.inner ?? options.shell], ...(options.tools ?? []).map(tool => [tool, tool])]
  for (const [name = '', program = ''] of links) {
    const path = findProgram(program)
    if (path !== null) symlinkSync(path, join(bin, name))
  }
  const command = options.command ?? `${findProgram(options.shell) ?? ''} ${ARGUMENTS[options.shell]}`
  const echo = options.echo === false ? 'never' : 'always'
  const others = options.tools === undefined ? `:${process.env['PATH'] ?? '/usr/bin:/bin'}` : ''
  return spawn(findProgram('script') ?? 'script', ['-qfe', '-E', echo, '-c', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    cwd: folder,
    env: { PATH: `${bin}${others}`, HOME: folder, SHELL: '/bin/sh', TERM: 'vt100', ...options.env },
  })
}

/** A shell of ours on such a board; its deadlines are for a machine that is busy with other tests. */
export function shellOn(
  board: PtyBoard,
  options: {
    login?: { username?: string; password?: string }
    loginTimeoutMs?: number
    graceMs?: number
    clock?: Clock
    pace?: PaceMemory
    files?: readonly FileWay[]
  } = {},
): Shell {
  return createShell({
    ...{ recorder: board.recorder, write: board.write, log: silentLog },
    clock: options.clock ?? systemClock,
    login: options.login ?? {},
    limits: {
      loginTimeoutMs: options.loginTimeoutMs ?? 15_000,
      commandTimeoutMs: 15_000,
      interruptGraceMs: options.graceMs ?? 150,
    },
    ...{ board: 'b1', printk: board.printk, pace: options.pace, files: options.files ?? [] },
  })
}
