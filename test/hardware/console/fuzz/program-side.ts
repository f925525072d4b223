import type { FakeClock } from '../../../fake-clock.ts'

/** What a program does: it prints, piece by piece, then ends; null: it goes on until it is ended. */
export type Plan = {
  pieces: readonly Buffer[]
  everyMs: number
  status: number | null
  /** It ends when it is interrupted. */
  heeds: boolean
}

/** Programs on an emulated board: started once answered, behind a guard at the prompt, and ended by themselves or signals. */
export type ProgramSide = {
  /** A program is to be started; it waits for our answer. */
  wanted(asked: RegExpExecArray, plan: Plan | null): true
  /** True when the line was the answer that it waits for. */
  heed(typed: string): boolean
  /** What of the typed bytes gets through to the shell: none as long as a guard waits there. */
  typed(bytes: Buffer): Buffer | null
  /** What a command says that is about programs; null when it is not. */
  command(text: string): { status: number; output: Buffer } | null
  kill(): void
  /** Programs that were started, and how they ended. */
  readonly started: number
  /** Number of the last that our shell saw the end of. */
  readonly last: number
  readonly ends: readonly { status: number; by: 'itself' | 'signal' }[]
}

type Deps = {
  clock: FakeClock
  printed(bytes: Buffer): void
  say(text: string): void
  prompt(number: string): string
  freed(bytes: Buffer): void
}

type Running = { number: string; end: string; plan: Plan; at: number; timer: { cancel(): void } | null }

/** One that goes on and on falls silent then. */
const MOST_PRINTED = 400

export function createProgramSide(deps: Deps): ProgramSide {
  let waiting: { number: string; start: string; end: string; plan: Plan } | null = null
  let running: Running | null = null
  /** What was typed at the guard, which reads none of it; null when there is none. */
  let queued: Buffer[] | null = null
  let saved = ''
  let [started, last] = [0, 0]
  const ends: { status: number; by: 'itself' | 'signal' }[] = []

  const leave = (number: string, newline = ''): void => {
    if (queued === null) return
    const typed = Buffer.concat(queued)
    queued = null
    last = Number(number)
    deps.say(newline + deps.prompt(number))
    deps.freed(typed)
  }
  const end = (program: Running, status: number, by: 'itself' | 'signal'): void => {
    program.timer?.cancel()
    running = null
    saved = `${program.number} ${status}`
    ends.push({ status, by })
    const frame = `@${program.end} ${program.number} ${status} ${255 - status}\n`
    deps.say(`\n${frame}${frame}`)
    leave(program.number)
  }
  const step = (program: Running): void => {
    const { pieces, everyMs, status } = program.plan
    const piece = pieces[program.at % Math.max(1, pieces.length)]
    if (program.at >= pieces.length && status !== null) {
      end(program, status, 'itself')
      return
    }
    program.at += 1
    if (piece !== undefined) deps.printed(piece)
    if (program.at < MOST_PRINTED) program.timer = deps.clock.after(everyMs, () => step(program))
  }
  const signal = (status: number): void => {
    const program = running
    if (program !== null) deps.clock.after(0, () => program === running && end(program, status, 'signal'))
  }
  const kill = (): void => {
    waiting = null
    queued = null
    last = 0
    running?.timer?.cancel()
    running = null
  }

  return {
    ends,
    kill,
    get started() {
      return started
    },
    get last() {
      return last
    },
    wanted([, number = '', start = '', word = ''], plan) {
      if (plan === null) return true
      waiting = { number, start, end: word, plan }
      deps.say(`\n@${start} ${number}\n`)
      return true
    },
    heed(typed) {
      if (waiting === null) return false
      const { number, start, end: word, plan } = waiting
      if (typed !== 'ok') {
        deps.say(`\n@${start} ${number}\n`)
        return true
      }
      waiting = null
      queued = []
      saved = ''
      started += 1
      running = { number, end: word, plan, at: 0, timer: null }
      step(running)
      return true
    },
    typed(bytes) {
      if (bytes.includes(0x03)) waiting = null
      if (queued === null) return bytes
      queued.push(Buffer.from(bytes.filter(byte => byte !== 0x03)))
      if (bytes.includes(0x03)) leave(String(last), '\n')
      return null
    },
    command(text) {
      const said = (status: number, output: string) => ({ status, output: Buffer.from(output) })
      if (text.includes('kill -INT')) {
        if (running?.plan.heeds === true) signal(130)
        return said(0, '')
      }
      if (text.includes('kill -0')) {
        if (running === null) return said(9, '')
        end(running, 137, 'signal')
        return said(0, '')
      }
      if (text.startsWith('cat $_d/s')) return said(saved === '' ? 1 : 0, saved === '' ? '' : `${saved}\n`)
      if (text.includes('_l=$(_z KILL)')) {
        const was = running
        if (was !== null) end(was, 137, 'signal')
        return said(0, was === null ? '\n' : '4711\n')
      }
      return text.startsWith('rm -f $_d/[gps]') || text.includes('_y(){') ? said(0, '') : null
    },
  }
}
