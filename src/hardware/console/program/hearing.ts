import type { Finding } from '../../../reading/types.ts'
import type { Chunk } from '../../types.ts'
import { placeOf } from '../shell/frame-lines.ts'
import { frameIn, programEndIn, promptAt, promptsIn } from '../shell/frames.ts'
import { lookAt } from '../shell/login.ts'
import type { Session } from '../shell/session.ts'
import type { Heard, Watch } from '../shell/talk.ts'
import type { Sift } from './sift.ts'

export type ProgramSight =
  | { kind: 'start'; from: number }
  | { kind: 'end'; status: number; to: number }
  /** Our prompt: the guard has left, so the program ended, whatever became of its end frame. */
  | { kind: 'prompt'; to: number }
  | { kind: 'stop' }
  /** The kernel, or a prompt of somebody else's that answers our newline, says that the board may be gone. */
  | { kind: 'suspicion'; what: string; finding: Finding | null }

export type ProgramWords = { number: number; start: string; end: string }

const DEADLY: ReadonlySet<Finding['cause']> = new Set(['panic', 'reset', 'lockup'])

/** `poked` is the unfinished line as it stood when we typed a newline a moment ago; null when we did not. */
export function hearProgram(
  session: Session,
  words: ProgramWords,
  sift: Sift,
  poked: () => string | null,
): Watch<ProgramSight> {
  let torn: number | null = null
  let hasStarted = false
  let lookedAt = -1
  let promptedAt = -1
  const drowned = createPromptFinder(session.prompt, words.number)

  const seeLine = (heard: Heard & { kind: 'line' }): ProgramSight | null => {
    const { line } = heard
    sift.line(line)
    const start = frameIn(line.text, words.start)
    if (start?.frame.kind === 'start' && start.number === words.number) {
      // Said again: what stands before it may be the program's all the same.
      if (hasStarted) sift.cut({ from: placeOf(line, start.index).before, to: line.to })
      hasStarted = true
      return { kind: 'start', from: line.to }
    }
    const mark = line.text.indexOf(`@${words.end}`)
    if (mark === -1) return null
    // The first of the two ends the output, even when only the second can be read.
    torn ??= placeOf(line, mark).before
    const end = programEndIn(line.text, words.end, words.number)
    return end === null ? null : { kind: 'end', status: end.status, to: torn }
  }

  const seeTail = (heard: Heard & { kind: 'tail' }): ProgramSight | null => {
    const number = promptAt(heard.text, session.prompt)
    if (number !== null && number >= words.number && heard.lines !== promptedAt) {
      promptedAt = heard.lines
      const length = heard.text.length - heard.text.lastIndexOf(session.prompt)
      return { kind: 'prompt', to: torn ?? heard.head - length }
    }
    const found = drowned.take()
    if (found !== null) return { kind: 'prompt', to: torn ?? found }
    const before = poked()
    if (before === null || before === heard.text || heard.lines === lookedAt) return null
    const look = lookAt(heard.text)
    if (look !== 'user' && look !== 'shell') return null
    lookedAt = heard.lines
    return { kind: 'suspicion', what: 'a prompt that is not ours', finding: null }
  }

  return session.talk.watch<ProgramSight>({
    bytes: drowned.push,
    see(heard) {
      if (heard.kind === 'line') return seeLine(heard)
      if (heard.kind === 'tail') return seeTail(heard)
      return DEADLY.has(heard.finding.cause)
        ? { kind: 'suspicion', what: heard.finding.title, finding: heard.finding }
        : null
    },
  })
}

/** Longer than any prompt of ours. */
const PROMPT_LENGTH = 32

/**
 * Our prompt among whatever is said behind it: where somebody else talks without a line end, it never stands at the
 * end of what was heard, and no newline brings one that does. Until another command ends it has the very number.
 */
function createPromptFinder(prompt: string, number: number) {
  let end: Buffer = Buffer.alloc(0)
  let next = -1
  let found: number | null = null
  return {
    push({ bytes, offset }: Chunk): void {
      const before = offset === next ? end : Buffer.alloc(0)
      const said = Buffer.concat([before, bytes])
      next = offset + bytes.length
      end = said.subarray(-PROMPT_LENGTH)
      if (found !== null || !said.includes(prompt)) return
      const ours = promptsIn(said.toString('latin1'), prompt).find(each => each.number === number)
      if (ours !== undefined) found = offset - before.length + ours.index
    },
    /** Where it stood, once. */
    take(): number | null {
      const at = found
      found = null
      return at
    },
  }
}
