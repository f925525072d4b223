/** What the simulated U-Boot can do. Texts as Debian's 2023.01 prints them. */

export type Command = {
  /** Runs again when a bare newline follows (the `repeatable` of U_BOOT_CMD). */
  repeats?: true
  help: string
  run(args: readonly string[], board: CommandBoard): number | Promise<number>
}

export type CommandBoard = {
  environment: Map<string, string>
  /** Which file was loaded where. */
  memory: Map<string, string>
  version: string
  print(text: string): void
  /** False when it was interrupted. */
  wait(ms: number): Promise<boolean>
  /** A line of commands from a variable. */
  run(line: string): Promise<number>
  /** Never comes back. */
  boot(): Promise<number>
  reset(): Promise<number>
}

const OK = 0
const FAILED = 1
/** Their names are checked (env/flags.c), and they are written once. */
const WRITE_ONCE = ['ethaddr', 'serial#']
const NETWORK = 'virtio-net#32'
const KERNEL = 'Image'

export const COMMANDS: ReadonlyMap<string, Command> = new Map<string, Command>([
  [
    'boot',
    {
      repeats: true,
      help: "boot default, i.e., run 'bootcmd'",
      run: (_, board) => runVariables(['bootcmd'], board),
    },
  ],
  ['booti', { repeats: true, help: "boot Linux kernel 'Image' format from memory", run: booti }],
  ['dhcp', { repeats: true, help: 'boot image via network using DHCP/TFTP protocol', run: dhcp }],
  ['echo', { repeats: true, help: 'echo args to console', run: echo }],
  ['false', { repeats: true, help: 'do nothing, unsuccessfully', run: () => FAILED }],
  ['help', { repeats: true, help: 'print command description/usage', run: help }],
  ['printenv', { repeats: true, help: 'print environment variables', run: printenv }],
  ['reset', { help: 'Perform RESET of the CPU', run: reset }],
  ['run', { repeats: true, help: 'run commands in an environment variable', run: runVariables }],
  ['setenv', { help: 'set environment variables', run: setenv }],
  ['sleep', { repeats: true, help: 'delay execution for some time', run: sleep }],
  ['test', { repeats: true, help: 'minimal test like /bin/sh', run: test }],
  ['tftpboot', { repeats: true, help: 'load file via network using TFTP protocol', run: tftpboot }],
  ['true', { repeats: true, help: 'do nothing, successfully', run: () => OK }],
  ['version', { repeats: true, help: 'print monitor, compiler and linker version', run: version }],
])

function echo(args: readonly string[], { print }: CommandBoard): number {
  const [first, ...rest] = args
  print(first === '-n' ? rest.join(' ') : `${args.join(' ')}\n`)
  return OK
}

function help(_args: readonly string[], { print }: CommandBoard): number {
  for (const [name, { help: text }] of COMMANDS) print(`${name.padEnd(9)} - ${text}\n`)
  return OK
}

function version(_args: readonly string[], { print, version: banner }: CommandBoard): number {
  print(
    `${banner}\n\naarch64-linux-gnu-gcc (Debian 12.2.0-14) 12.2.0\nGNU ld (GNU Binutils for Debian) 2.40\n`,
  )
  return OK
}

async function sleep([seconds]: readonly string[], board: CommandBoard): Promise<number> {
  if (seconds === undefined) return usage('sleep', board)
  return (await board.wait(Number(seconds) * 1000)) ? OK : FAILED
}

function test([left, sign, right]: readonly string[]): number {
  if (sign === '=') return left === right ? OK : FAILED
  if (sign === '!=') return left === right ? FAILED : OK
  return FAILED
}

function usage(name: string, { print }: CommandBoard): number {
  print(`${name} - ${COMMANDS.get(name)?.help ?? ''}\n`)
  return FAILED
}

// ---- variables ----------------------------------------------------------------------------------------------

function setenv([name, ...values]: readonly string[], board: CommandBoard): number {
  if (name === undefined) return usage('setenv', board)
  if (name.includes('=')) {
    board.print(`## Error: illegal character '='in variable name "${name}"\n`)
    return FAILED
  }
  if (WRITE_ONCE.includes(name) && board.environment.has(name)) {
    board.print(`## Error: Can't overwrite "${name}"\n## Error inserting "${name}" variable, errno=1\n`)
    return FAILED
  }
  if (values.length === 0) board.environment.delete(name)
  else board.environment.set(name, values.join(' '))
  return OK
}

function printenv(names: readonly string[], { environment, print }: CommandBoard): number {
  if (names.length === 0) return printAll(environment, print)
  let status = OK
  for (const name of names) {
    const value = environment.get(name)
    print(value === undefined ? `## Error: "${name}" not defined\n` : `${name}=${value}\n`)
    if (value === undefined) status = FAILED
  }
  return status
}

function printAll(environment: ReadonlyMap<string, string>, print: (text: string) => void): number {
  const lines = [...environment]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}\n`)
  const text = lines.join('')
  print(`${text}\nEnvironment size: ${text.length}/262140 bytes\n`)
  return OK
}

async function runVariables(names: readonly string[], board: CommandBoard): Promise<number> {
  for (const name of names) {
    const line = board.environment.get(name)
    if (line === undefined) {
      board.print(`## Error: "${name}" not defined\n`)
      return FAILED
    }
    const status = await board.run(line)
    if (status !== OK) return status
  }
  return OK
}

// ---- network and boot ---------------------------------------------------------------------------------------

async function dhcp(args: readonly string[], board: CommandBoard): Promise<number> {
  board.print('BOOTP broadcast 1\nDHCP client bound to address 10.0.2.15 (2 ms)\n')
  return tftpboot(args, board)
}

async function tftpboot([address, file]: readonly string[], board: CommandBoard): Promise<number> {
  const { environment, memory, print } = board
  if (address === undefined || file === undefined) return usage('tftpboot', board)
  print(`Using ${NETWORK} device\nTFTP from server 10.0.2.2; our IP address is 10.0.2.15\n`)
  print(`Filename '${file}'.\nLoad address: ${address}\nLoading: *\b`)
  const size = file === KERNEL ? 0x1a0a000 : 0x11ec80
  for (let done = 0; done < 4; done++) {
    if (!(await board.wait(2))) {
      print('\nAbort\n')
      return FAILED
    }
    print('#'.repeat(16))
  }
  print(`\n\t 25.4 MiB/s\ndone\nBytes transferred = ${size} (${size.toString(16)} hex)\n`)
  environment.set('filesize', size.toString(16))
  memory.set(address, file)
  return OK
}

function booti([address = '']: readonly string[], board: CommandBoard): number | Promise<number> {
  if (board.memory.get(address) !== KERNEL) {
    board.print('Bad Linux ARM64 Image magic!\n')
    return FAILED
  }
  board.print(
    '## Flattened Device Tree blob at 5edb6db0\n   Loading Ramdisk to 5ec98000, end 5edb6c80 ... OK\n',
  )
  return board.boot()
}

function reset(_args: readonly string[], board: CommandBoard): Promise<number> {
  board.print('resetting ...\n')
  return board.reset()
}
