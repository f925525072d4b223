import type { LoaderOptions } from './types.ts'
import { COMMANDS, type CommandBoard } from './u-boot-commands.ts'
import { createEditor } from './u-boot-editor.ts'
import { assignmentIn, expand, parse, type Step } from './u-boot-hush.ts'
import type { Time } from './wire.ts'

/** The boot loader of a simulated board, from its banner to a kernel or the next reset. */
export type UBoot = {
  start(): void
  type(bytes: Uint8Array): void
  /** The power is gone, or a kernel has taken over: nothing more is printed or done. */
  stop(): void
}

export type UBootDeps = {
  options: LoaderOptions
  hostname: string
  print(bytes: Uint8Array): void
  /** A kernel takes over, with these arguments. */
  onBoot(bootargs: string): void
  onReset(): void
  time: Time
}

const VERSION = 'U-Boot 2023.01 (Jan 09 2023 - 16:07:33 +0000)'
const TICK_MS = 1000
const LINE_LENGTH = 512
const CTRL_C = 0x03

const ENVIRONMENT: Readonly<Record<string, string>> = {
  arch: 'arm',
  baudrate: '115200',
  bootdelay: '2',
  bootcmd: 'dhcp ${kernel_addr_r} Image && booti ${kernel_addr_r} - ${fdtcontroladdr}',
  ethaddr: '52:52:52:52:52:52',
  fdtcontroladdr: '5edb6db0',
  kernel_addr_r: '0x40400000',
  ramdisk_addr_r: '0x44000000',
}

export function createUBoot(deps: UBootDeps): UBoot {
  const { options, time } = deps
  const promptText = options.prompt ?? '=> '
  const environment = new Map(Object.entries({ ...ENVIRONMENT, ...options.environment }))
  const locals = new Map<string, string>()
  let stage: 'off' | 'counting' | 'prompt' | 'running' = 'off'
  let status = 0
  let queue: number[] = []
  let timer: { cancel(): void } | null = null
  let interrupt: (() => void) | null = null
  /** An unfinished line; `stuck` after a syntax error, when everything is swallowed until an interrupt. */
  let pending = ''
  let isStuck = false
  let last: string | null = null
  let typedSoFar = ''

  const print = (text: string): void => {
    if (stage !== 'off') deps.print(Buffer.from(text.replace(/\r?\n/g, '\r\n'), 'latin1'))
  }
  const editor = createEditor({ print, onLine, onInterrupt, longest: options.lineLength ?? LINE_LENGTH })

  // ---- countdown ----

  function count(left: number): void {
    if (left === 0) return void autoboot()
    timer = time.after(options.tickMs ?? TICK_MS, () => {
      if (options.stop === undefined) print(`\b\b\b${String(left - 1).padStart(2)} `)
      count(left - 1)
    })
  }

  async function autoboot(): Promise<void> {
    print('\n')
    stage = 'running'
    await runLine(environment.get('bootcmd') ?? '', false)
    toPrompt()
  }

  function stopCounting(): void {
    timer?.cancel()
    if (options.stop === undefined) print('\b\b\b 0 ')
    print('\n')
    toPrompt()
  }

  /** CONFIG_AUTOBOOT_KEYED looks for its string in the last characters typed; otherwise any key will do. */
  function isStop(byte: number): boolean {
    if (options.stop === undefined) return true
    typedSoFar = (typedSoFar + String.fromCharCode(byte)).slice(-options.stop.length)
    return typedSoFar === options.stop
  }

  // ---- lines ----

  function toPrompt(): void {
    if (stage === 'off') return
    stage = 'prompt'
    editor.prompt(pending === '' && !isStuck ? promptText : '> ')
    drain()
  }

  function onInterrupt(): void {
    pending = ''
    isStuck = false
    last = null
    editor.prompt(promptText)
  }

  function onLine(typed: string): void {
    const isRepeat = typed === '' && pending === '' && last !== null
    const line = isRepeat ? (last ?? '') : pending + typed
    if (!isStuck && !isRepeat && typed !== '') last = line
    stage = 'running'
    const done = isStuck ? Promise.resolve() : runTyped(line, isRepeat)
    void done.then(toPrompt)
  }

  async function runTyped(line: string, isRepeat: boolean): Promise<void> {
    const parsed = parse(line)
    pending = parsed.kind === 'more' ? `${line} ` : ''
    isStuck = parsed.kind === 'syntax error' && parsed.isLost
    if (parsed.kind === 'syntax error') print('syntax error\n')
    if (parsed.kind === 'list') status = await runList(parsed.steps, isRepeat)
  }

  async function runLine(line: string, isRepeat: boolean): Promise<number> {
    const parsed = parse(line)
    if (parsed.kind === 'list') return runList(parsed.steps, isRepeat)
    print('syntax error\n')
    return 1
  }

  async function runList(steps: readonly Step[], isRepeat: boolean): Promise<number> {
    let isSkipping = false
    for (const step of steps) {
      if (stage === 'off') break
      // What is not to run takes all with it up to the next semicolon (run_list_real, skip_more_in_this_rmode).
      const isWrong = (step.join === '&&' && status !== 0) || (step.join === '||' && status === 0)
      isSkipping = step.join === ';' ? false : isSkipping || isWrong
      if (isSkipping) continue
      if (step.kind === 'command') status = await runCommand(step, isRepeat)
      else {
        const isTrue = (await runList(step.test, isRepeat)) === 0
        status = await runList(isTrue ? step.yes : step.no, isRepeat)
      }
    }
    return status
  }

  async function runCommand(
    { words }: Extract<Step, { kind: 'command' }>,
    isRepeat: boolean,
  ): Promise<number> {
    const assignments = options.hush === false ? [] : words.map(word => assignmentIn(word, lookUp))
    if (assignments.length > 0 && assignments.every(one => one !== null)) {
      for (const [name, value] of assignments) locals.set(name, value)
      return 0
    }
    const [name = '', ...args] = expand(words, lookUp)
    const command = COMMANDS.get(name)
    if (command === undefined) print(`Unknown command '${name}' - try 'help'\n`)
    if (command === undefined) return 1
    return isRepeat && command.repeats !== true ? 0 : await command.run(args, commandBoard)
  }

  /** Without hush only `${name}` is filled in. */
  function lookUp(name: string, isBraced: boolean): string {
    if (options.hush === false) return isBraced ? (environment.get(name) ?? '') : `$${name}`
    return name === '?' ? String(status) : (locals.get(name) ?? environment.get(name) ?? '')
  }

  const commandBoard: CommandBoard = {
    environment,
    memory: new Map(),
    version: VERSION,
    print,
    run: line => runLine(line, false),
    wait(ms) {
      const { promise, resolve } = Promise.withResolvers<boolean>()
      const waiting = time.after(ms, () => resolve(true))
      interrupt = () => {
        waiting.cancel()
        resolve(false)
      }
      drain()
      return promise.finally(() => (interrupt = null))
    },
    boot() {
      print('\nStarting kernel ...\n\n')
      deps.onBoot(environment.get('bootargs') ?? '')
      return never()
    },
    reset() {
      deps.onReset()
      return never()
    },
  }

  /** Bytes wait in the UART while a command runs; one that looks for Ctrl-C throws all others away (ctrlc()). */
  function drain(): void {
    while (queue.length > 0) {
      if (stage === 'running') {
        if (interrupt === null) return
        const isInterrupted = queue.includes(CTRL_C)
        queue = []
        if (isInterrupted) interrupt()
        return
      }
      const byte = queue.shift() ?? 0
      if (stage === 'prompt') editor.type(byte)
      else if (stage === 'counting' && isStop(byte)) stopCounting()
    }
  }

  return {
    start() {
      stage = 'counting'
      const delay = Number(environment.get('bootdelay') ?? 0)
      print(bannerOf(deps.hostname))
      print(
        options.stop === undefined
          ? `Hit any key to stop autoboot: ${String(delay).padStart(2)} `
          : `Autoboot in ${delay} seconds`,
      )
      count(delay)
    },
    type(bytes) {
      if (stage === 'off') return
      queue.push(...bytes)
      drain()
    },
    stop() {
      stage = 'off'
      queue = []
      timer?.cancel()
      interrupt?.()
    },
  }
}

function bannerOf(hostname: string): string {
  return [
    ...['', '', VERSION, '', `Model: Simulated SoC board (${hostname})`, 'DRAM:  1 GiB'],
    'Core:  51 devices, 14 uclasses, devicetree: board',
    'Loading Environment from Flash... *** Warning - bad CRC, using default environment',
    ...[
      '',
      'In:    serial@9000000',
      'Out:   serial@9000000',
      'Err:   serial@9000000',
      'Net:   eth0: virtio-net#32',
      '',
    ],
  ].join('\n')
}

function never(): Promise<never> {
  return Promise.withResolvers<never>().promise
}
