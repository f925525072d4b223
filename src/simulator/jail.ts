import { execFile } from 'node:child_process'
import { existsSync, lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { release, tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { BORROWED, BORROWED_ETC, DEVICES, freshen, makeFolder } from './folder.ts'
import { BORROWED_PATH } from './shells.ts'

/** `root` and `user`: namespaces of its own, made by root or in a user namespace. `none`: an ordinary process. */
export type Jail = 'root' | 'user' | 'none'

export type JailedCommand = { file: string; args: string[]; env: Record<string, string> }

const PROBE_MS = 10_000
const run = promisify(execFile)

let found: Promise<Jail> | null = null

/**
 * The best jail that can be had here, found once a process by making one. Throws when this is root and there is
 * none: what people send to a board must never run as the machine's root.
 */
export function findJail(): Promise<Jail> {
  found ??= probe()
  return found
}

async function probe(): Promise<Jail> {
  const isRoot = process.getuid?.() === 0
  const reasons: string[] = []
  for (const jail of isRoot ? (['root', 'user'] as const) : (['user'] as const)) {
    const reason = await trial(jail)
    if (reason === null) return jail
    reasons.push(`${jail}: ${reason}`)
  }
  if (!isRoot) return 'none'
  throw new Error(
    `a simulated board runs what it is sent, and as root it needs a jail, which cannot be made here (${reasons.join('; ')}). ` +
      'Run as an ordinary user, or where `unshare`, `setpriv`, `script` and mounting are allowed.',
  )
}

async function trial(jail: Jail): Promise<string | null> {
  const dir = mkdtempSync(join(tmpdir(), 'boardroom-jail-'))
  try {
    const fs = makeFolder({ dir, hostname: 'trial', kernel: '0', shell: 'dash', login: null })
    freshen(fs)
    await makeFifos(fs)
    const { file, args, env } = jailed(jail, { fs, hostname: 'trial', program: '/bin/true' })
    await run(file, args, { env, timeout: PROBE_MS, killSignal: 'SIGKILL' })
    return null
  } catch (error) {
    return error instanceof Error ? error.message.trim().split('\n').slice(-1).join('') : String(error)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** `board/sysrq` is what /proc/sysrq-trigger is in the jail, so that no key ever reaches the machine's own. */
export async function makeFifos(
  fs: string,
): Promise<Record<'sysrq' | 'kmsg' | 'asked' | 'answered', string>> {
  const fifos = {
    sysrq: join(fs, 'board/sysrq'),
    kmsg: join(fs, 'dev/kmsg'),
    asked: join(fs, 'board/replay-asked'),
    answered: join(fs, 'board/replay-answered'),
  }
  const missing = Object.values(fifos).filter(path => !existsSync(path))
  if (missing.length > 0) await run('mkfifo', missing, { timeout: PROBE_MS })
  return fifos
}

/** The command that starts `program` (a path inside the board) as process 1 of the board. */
export function jailed(jail: Jail, board: { fs: string; hostname: string; program: string }): JailedCommand {
  const env = environment(jail, board.fs)
  if (jail === 'none') return command(['sh', join(board.fs, board.program)], env)
  const table = join(board.fs, '..', 'fstab')
  writeFileSync(table, mounts(board.fs))
  const user = jail === 'user' ? ['--user', '--map-root-user'] : []
  const spaces = ['--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child']
  const setUp = ['sh', '-c', SET_UP, 'board', board.fs, table, board.hostname, board.program]
  return command(['unshare', ...user, ...spaces, ...(needsNames() ? [...setUp, 'names'] : setUp)], env)
}

/** Whatever becomes of this process, the kernel ends the board's with it. */
function command(args: string[], env: Record<string, string>): JailedCommand {
  return { file: 'setpriv', args: ['--pdeathsig', 'KILL', ...args], env }
}

function environment(jail: Jail, fs: string): Record<string, string> {
  const at = jail === 'none' ? fs : ''
  const path = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`
  return {
    PATH: jail === 'none' ? `${fs}/board:${path}` : path,
    BOARD: `${at}/board`,
    HOME: `${at}/root`,
    USER: 'root',
    LOGNAME: 'root',
    SHELL: '/bin/sh',
    TERM: 'vt220',
    LANG: 'C',
  }
}

/**
 * Inside the new namespaces: mount, then give up every capability for good, so that nothing run on the board can
 * take a mount away, write to the machine's disks or reach its kernel.
 */
const SET_UP = `set -e
fs=$1 table=$2 hostname=$3 program=$4 names=$5
hostname "$hostname" 2>/dev/null || echo "$hostname" > /proc/sys/kernel/hostname
if [ -n "$names" ]; then
  mount -t proc proc "$fs/.proc"
  echo 2048 > "$fs/.proc/sys/kernel/pid_max"
  mount -t tmpfs -o mode=755 tmpfs "$fs/proc"
  { cd "$fs/.proc"; seq 2048 -1 1; ls -d [!0-9]*; } | sed 's|^|/.proc/|' | xargs ln -s -t "$fs/proc"
  : > "$fs/proc/sysrq-trigger"
else
  mount -t proc proc "$fs/proc"
fi
mount -a -T "$table"
cd /
PATH=/board:${BORROWED_PATH}
export PATH
exec chroot "$fs" setpriv --no-new-privs --bounding-set=-all --inh-caps=-all --ambient-caps=-all -- "$program"
`

/**
 * A kernel built without magic SysRq has no /proc/sysrq-trigger to put ours in the place of. Then /proc is a folder
 * of names that lead to the real one in /.proc, for as many processes as the namespace is limited to: Linux 6.14
 * made `pid_max` the namespace's own, and on older ones the machine's must not be touched.
 */
function needsNames(): boolean {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  return !existsSync('/proc/sysrq-trigger') && (major > 6 || (major === 6 && minor >= 14))
}

function mounts(fs: string): string {
  const lines: string[] = []
  const add = (from: string, to: string, options: string, type = 'none'): void => {
    lines.push([from, join(fs, to), type, options, '0 0'].map(field).join(' '))
  }
  const isFolder = (path: string): boolean =>
    lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  for (const name of BORROWED) if (isFolder(`/${name}`)) add(`/${name}`, name, 'rbind,ro')
  for (const name of BORROWED_ETC)
    if (existsSync(`/etc/${name}`)) add(`/etc/${name}`, `etc/${name}`, 'bind,ro')
  for (const name of DEVICES) add(`/dev/${name}`, `dev/${name}`, 'bind')
  add('devpts', 'dev/pts', 'newinstance,ptmxmode=666,mode=620', 'devpts')
  const proc = needsNames() ? '.proc' : 'proc'
  // Without capabilities root's user id alone still opens these for writing.
  for (const name of ['sys', 'irq', 'bus', 'fs'])
    if (isFolder(`/proc/${name}`)) add(join(fs, proc, name), join(proc, name), 'bind,ro')
  add(join(fs, 'board/printk'), join(proc, 'sys/kernel/printk'), 'bind')
  if (hasSysrq()) add(join(fs, 'board/sysrq'), 'proc/sysrq-trigger', 'bind')
  return `${lines.join('\n')}\n`
}

function hasSysrq(): boolean {
  return needsNames() || existsSync('/proc/sysrq-trigger')
}

/** fstab(5): a blank in a path is written in octal. */
function field(text: string): string {
  return text === '0 0'
    ? text
    : text.replace(/[\\ \t\n#]/g, char => `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`)
}
