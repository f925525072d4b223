import type { Clock, Millis, Timer } from '../clock.ts'
import type { Seat } from '../lab/lab.ts'
import type { Line } from './line.ts'
import { createPrompt, OPENS, type Prompt, textOfLine } from './prompt.ts'
import { howTo, promptWords } from './words.ts'

/** One person at a board's console: what they press is the board's, or a command to us. */
export type Visitor = {
  readonly line: Line
  readonly seat: Seat
  readonly name: string
  input(bytes: Uint8Array): void
  /** Words of ours; a prompt that stands open comes again behind them. */
  say(...lines: readonly string[]): void
}

export type VisitorDeps = {
  clock: Clock
  isTyping(visitor: Visitor): boolean
  typed(visitor: Visitor, bytes: Uint8Array): void
  /** False when there is no such command. */
  command(visitor: Visitor, line: string): boolean
}

/** The board's output waits for nobody who walked away from a prompt. */
const PROMPT_MS: Millis = 30_000
const [LF, CR, ESCAPE, FIRST_PRINTABLE] = [10, 13, 27, 32] as const
/** Who watches and presses one of these expects something of the board. */
const HOPEFUL = new Set([3, 4, LF, CR])

export function createVisitor(line: Line, seat: Seat, deps: VisitorDeps): Visitor {
  let open: { prompt: Prompt; timer: Timer } | null = null

  const openPrompt = (): void => {
    line.view.hold()
    open = { prompt: createPrompt(), timer: deps.clock.after(PROMPT_MS, closePrompt) }
    line.echo(`\r\n${promptWords(deps.isTyping(visitor))}`)
  }
  const closePrompt = (): void => {
    if (open === null) return
    open.timer.cancel()
    open = null
    line.echo('\r\n')
    line.view.release()
  }
  /** Behind the prompt: answered first, then what the board printed meanwhile. */
  const command = (text: string): boolean => {
    line.echo('\r\n')
    open?.timer.cancel()
    open = null
    const isKnown = deps.command(visitor, text)
    line.view.release()
    return isKnown
  }

  /** Each takes what is its own from the front and answers the rest. */
  const toBoard = (bytes: Uint8Array): Uint8Array => {
    const at = bytes.indexOf(OPENS)
    if (at !== 0) deps.typed(visitor, at === -1 ? bytes : bytes.subarray(0, at))
    if (at === -1) return bytes.subarray(bytes.length)
    openPrompt()
    return bytes.subarray(at + 1)
  }
  const toNobody = (bytes: Uint8Array): Uint8Array => {
    const [first = 0] = bytes
    // A cursor key: three bytes that mean nothing here.
    if (first === ESCAPE) return bytes.subarray(bytes.length)
    if (first === OPENS || first >= FIRST_PRINTABLE) openPrompt()
    else if (HOPEFUL.has(first)) say(howTo(false, line.speaksTelnet()))
    return bytes.subarray(first >= FIRST_PRINTABLE ? 0 : 1)
  }
  const toPrompt = (bytes: Uint8Array, prompt: Prompt): Uint8Array => {
    let echo = ''
    for (const [at, byte] of bytes.entries()) {
      const step = prompt.feed(byte)
      if (step.kind === 'more') {
        echo += step.echo
        continue
      }
      const rest = bytes.subarray(at + 1)
      line.echo(echo)
      if (step.kind === 'line')
        // Whoever watches and pastes a text whose first line is no command means the board, and has been told.
        return command(textOfLine(step.line)) || deps.isTyping(visitor) ? rest : rest.subarray(rest.length)
      closePrompt()
      if (step.kind === 'literal' && deps.isTyping(visitor)) deps.typed(visitor, Uint8Array.of(OPENS))
      return rest
    }
    line.echo(echo)
    return bytes.subarray(bytes.length)
  }
  const say = (...lines: readonly string[]): void => {
    line.view.say(...lines)
    // What may be asked there may be another thing since.
    if (open !== null) line.echo(`${promptWords(deps.isTyping(visitor))}${open.prompt.text}`)
  }

  const visitor: Visitor = {
    line,
    seat,
    name: seat.person.name,
    input(bytes) {
      let rest = bytes
      while (rest.length > 0) {
        if (open !== null) rest = toPrompt(rest, open.prompt)
        else rest = deps.isTyping(visitor) ? toBoard(rest) : toNobody(rest)
      }
    },
    say,
  }
  void line.closed.then(() => open?.timer.cancel())
  return visitor
}
