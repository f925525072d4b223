import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import type { ShellKind } from './types.ts'

/** What a board's own files are made from. */
export type FolderOptions = {
  dir: string
  hostname: string
  kernel: string
  shell: ShellKind
  login: { username: string; password: string } | null
}

/** The programs come from the machine that this runs on; everything else is the board's own. */
export const BORROWED = ['usr', 'bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32', 'nix', 'gnu'] as const
export const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'] as const
/** Without these programs of /usr find no libraries and no awk. */
export const BORROWED_ETC = ['ld.so.cache', 'alternatives'] as const

const FOLDERS = [
  '.proc',
  'proc',
  'sys',
  'dev/pts',
  'dev/shm',
  'etc',
  'root',
  'run',
  'tmp',
  'var/tmp',
  'board',
]
const SHELLS = {
  bash: 'bash --norc --noprofile',
  dash: 'dash',
  busybox: 'busybox ash',
} satisfies Record<ShellKind, string>

/** Makes the board's root folder, or makes it good again. Returns its path. */
export function makeFolder(options: FolderOptions): string {
  const fs = join(options.dir, 'fs')
  for (const name of FOLDERS) mkdirSync(join(fs, name), { recursive: true })
  for (const name of BORROWED) borrow(fs, name)
  for (const name of DEVICES) touch(join(fs, 'dev', name))
  link('pts/ptmx', join(fs, 'dev/ptmx'))
  for (const [number, name] of ['stdin', 'stdout', 'stderr'].entries())
    link(`/proc/self/fd/${number}`, join(fs, 'dev', name))
  link('/proc/self/fd', join(fs, 'dev/fd'))
  makeEtc(join(fs, 'etc'), options)
  for (const [name, text] of Object.entries(scripts(options))) {
    writeFileSync(join(fs, 'board', name), text)
    chmodSync(join(fs, 'board', name), 0o755)
  }
  return fs
}

/** What a reboot does to a board: /tmp and /run are memory there, and the console level is the kernel's own again. */
export function freshen(fs: string): void {
  for (const name of ['tmp', 'run', 'dev/shm']) {
    empty(join(fs, name))
    if (name !== 'run') chmodSync(join(fs, name), 0o1777)
  }
  writeFileSync(join(fs, 'board/printk'), '7\t4\t1\t7\n')
}

/** What an ordinary user cannot remove, as a folder he may not enter, stays: the board boots all the same. */
function empty(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error
  }
  mkdirSync(folder, { recursive: true })
}

function borrow(fs: string, name: string): void {
  const found = lstatSync(`/${name}`, { throwIfNoEntry: false })
  if (found?.isSymbolicLink()) link(readlinkSync(`/${name}`), join(fs, name))
  else if (found?.isDirectory()) mkdirSync(join(fs, name), { recursive: true })
}

function link(target: string, path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) symlinkSync(target, path)
}

function touch(path: string): void {
  writeFileSync(path, '', { flag: 'a' })
}

function makeEtc(etc: string, { hostname }: FolderOptions): void {
  for (const name of BORROWED_ETC) {
    if (!existsSync(`/etc/${name}`)) continue
    if (lstatSync(`/etc/${name}`).isDirectory()) mkdirSync(join(etc, name), { recursive: true })
    else touch(join(etc, name))
  }
  writeFileSync(join(etc, 'passwd'), 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n')
  writeFileSync(join(etc, 'group'), 'root:x:0:\ntty:x:5:\nnogroup:x:65534:\n')
  writeFileSync(join(etc, 'hostname'), `${hostname}\n`)
  writeFileSync(join(etc, 'hosts'), `127.0.0.1 localhost ${hostname}\n`)
  writeFileSync(join(etc, 'nsswitch.conf'), 'passwd: files\ngroup: files\nhosts: files dns\n')
  writeFileSync(join(etc, 'os-release'), 'ID=board\nNAME="Simulated board"\nPRETTY_NAME="Simulated board"\n')
}

/** Single-quoted for a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** Each finds the others through BOARD: `/board` in the jail, the folder's real path outside one. */
function scripts(options: FolderOptions): Record<string, string> {
  return {
    init: INIT,
    session: session(options),
    uname: uname(options),
    reboot: '#!/bin/sh\necho b > "$BOARD/sysrq"\nsleep 5\n',
    poweroff: '#!/bin/sh\necho o > "$BOARD/sysrq"\nsleep 5\n',
    halt: '#!/bin/sh\necho o > "$BOARD/sysrq"\nsleep 5\n',
    dmesg: DMESG,
    replay: REPLAY,
  }
}

/**
 * Process 1 of the board. It reaps what is left to it and opens the console again when a session ends, as init and
 * getty do. `script` makes the terminal: a session of its own, with a controlling terminal, so that Ctrl-C, job
 * control and stty are the kernel's own.
 */
const INIT = `#!/bin/sh
trap : HUP INT TERM
while :; do
  script -qf -c 'exec "$BOARD/session"' /dev/null
  sleep 0.1
done
`

/** `-n` asks the kernel itself, which is not the board's. */
const DMESG = `#!/bin/sh
case "$1" in
  -n) printf '%s\\t4\\t1\\t7\\n' "$2" > "$BOARD/printk" ;;
  -n*) printf '%s\\t4\\t1\\t7\\n' "\${1#-n}" > "$BOARD/printk" ;;
  *) exec /usr/bin/dmesg "$@" ;;
esac
`

/** The UART prints what was recorded; what this exits with is the caller's word. */
const REPLAY = `#!/bin/sh
echo "\${1:-0}" > "$BOARD/replay-asked"
read -r status < "$BOARD/replay-answered" && exit "$status"
`

function session({ hostname, kernel, shell, login }: FolderOptions): string {
  const start = `cd "$HOME" && exec env PS1='# ' ${SHELLS[shell]} -i\n`
  if (login === null) return `#!/bin/sh\nstty sane\n${start}`
  return `#!/bin/sh
stty sane
trap '' INT QUIT TSTP
IFS=
printf '\\nSimulated board %s ttyS0\\n\\n' ${quote(hostname)}
while :; do
  printf '%s login: ' ${quote(hostname)}
  read -r user || exit
  [ -n "$user" ] || continue
  stty -echo
  printf 'Password: '
  read -r password
  stty echo
  printf '\\n'
  [ "$user" = ${quote(login.username)} ] && [ "$password" = ${quote(login.password)} ] && break
  printf 'Login incorrect\\n'
done
unset IFS user password
trap - INT QUIT TSTP
printf 'Linux %s %s\\n' ${quote(hostname)} ${quote(kernel)}
${start}`
}

/** The kernel under the board is the machine's; what it says it runs is a setting. */
function uname({ hostname, kernel }: FolderOptions): string {
  return `#!/bin/sh
machine=$(/usr/bin/uname -m)
case "$*" in
  ''|-s) echo Linux ;;
  -r) echo ${quote(kernel)} ;;
  -n) echo ${quote(hostname)} ;;
  -a) echo "Linux "${quote(hostname)}" "${quote(kernel)}" #1 SMP PREEMPT $machine GNU/Linux" ;;
  *) exec /usr/bin/uname "$@" ;;
esac
`
}
