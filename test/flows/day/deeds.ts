/** What a program of the day does. Programs name their deed in their text; which it is, the board reads there. */
export type Deed = { name: string; prints: readonly string[]; afterMs: number } & (
  | { kind: 'exit'; status: number; kernel: readonly string[] }
  | { kind: 'panic'; restarts: boolean }
)

export type DeedName = 'good' | 'bad' | 'killed' | 'endless' | 'panic' | 'panic-restart' | 'oops' | 'oom'

/** `exec day panic 12`: the deed, and after how many seconds it is done. */
export function textOf(deed: DeedName, seconds: number): string {
  return `day ${deed} ${seconds}`
}

const DAY = /\bday ([\w-]+) (\d+)/

const OOPS = [
  'Unable to handle kernel NULL pointer dereference at virtual address 0000000000000008',
  'Internal error: Oops: 0000000096000004 [#1] SMP',
  'CPU: 0 PID: 512 Comm: day Not tainted 6.1.0-28-lab #1',
  'pc : lab_ioctl+0x1c/0x60 [lab]',
  'Call trace:',
  ' lab_ioctl+0x1c/0x60 [lab]',
  ' __arm64_sys_ioctl+0xa8/0xf0',
  '---[ end trace 0000000000000000 ]---',
]
const OOM = ['Out of memory: Killed process 512 (day) total-vm:901204kB, anon-rss:800120kB']
const LONGEST_MS = 90 * 24 * 3_600_000

/** A test's binary is a text too, in the folder that the script goes to. */
export function deedOf(script: string, fileAt: (path: string) => string, folder: string): Deed {
  const file = /^set -- '\.\/([^']+)'/m.exec(script)?.[1]
  const text = file === undefined ? script : fileAt(`${folder}/${file}`)
  const [, name = '', seconds = '0'] = DAY.exec(text) ?? []
  const rest = { name, prints: [`day: ${name}`], afterMs: Number(seconds) * 1000 }
  const exit = (status: number, kernel: readonly string[] = []): Deed => ({
    ...rest,
    kind: 'exit',
    status,
    kernel,
  })
  switch (name as DeedName) {
    case 'good':
      return exit(0)
    case 'bad':
      return exit(3)
    case 'killed':
      return exit(139)
    case 'endless':
      return { ...exit(0), afterMs: LONGEST_MS }
    case 'oops':
      return exit(137, OOPS)
    case 'oom':
      return exit(137, OOM)
    case 'panic':
      return { ...rest, kind: 'panic', restarts: false }
    case 'panic-restart':
      return { ...rest, kind: 'panic', restarts: true }
    default:
      throw new Error(`no deed in ${JSON.stringify(text)}`)
  }
}
