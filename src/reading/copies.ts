import type { Millis } from '../clock.ts'
import { createMemory } from './memory.ts'
import { COPY_MARKS } from './patterns.ts'

/**
 * Kernel lines that a program prints again: quoted, or out of the kernel's buffer or a file. A copy is told by what
 * stands before its stamp, by the command that shows it, by a stamp that was heard before, or by standing in a block
 * of lines that are older than what the kernel said last.
 */
export type Copies = {
  /** A line's text before its first kernel line, however long; said once for each line that has any. */
  plain(before: string, t: Millis | undefined): void
  /** Whether what follows `before` on the same line is a quotation: `rest` is the kernel line with its stamp. */
  isQuoted(before: string, rest: string): boolean
  /** Each kernel line once, in order. Null: the kernel says it itself. */
  kernel(seconds: number, text: string, t: Millis | undefined): Copy | null
  /** The line was news after all: the block it stands in is no replay. */
  believe(): void
  /** What the command that was typed shows: what stands there is nobody's first word. */
  shows(): 'buffer' | 'file' | null
  /** The board started again: its clock begins anew. */
  forget(): void
}

/** `older`: in a replay, or of a board that started unheard. `buffer`: out of the kernel's own, so of this boot, which no panic can be. */
export type Copy = 'repeated' | 'older' | 'buffer' | 'file'

/** How much of the text before a stamp is looked at. */
const MARK_WINDOW = 80
/** Processors print a little out of order (kernel/printk/printk.c). */
const SLACK_SECONDS = 1
/** A stamp that so many rising ones follow is the kernel's clock; a single one from elsewhere is not. */
const RISING = 4
/** So many older lines before it in a block make a line one of a replay. */
const OLDER = 2
/** Lines of others that may stand inside a block. */
const BREAK_LINES = 12
const REMEMBERED = 4096
/** TAP diagnostics stand so near each other. */
const DIAGNOSTIC_LINES = 32
/** What a command shows comes at once; where no prompt is heard after it, it is over. */
const SHOWN_MS = 10_000
const SHOWN_LINES = 1_000
/** By how much a live line's stamp may be away from the wall clock: terminal servers hold bytes back. */
const ON_TIME_SECONDS = 2
/** What is printed faster than it was said is printed again. */
const CONSOLE_LAG_SECONDS = 3

/** A shell's prompt, or its trace of what it runs (`set -x`), at the beginning of a line. */
const PROMPT = /^(?:\+ |(?:\S{1,60} ?)?[#$%>] )/
/** What is typed, behind the prompt: one command, whatever its output goes through. */
const SHOWS_BUFFER =
  /^(?:sudo )?(?:\S*\/)?(?:dmesg|journalctl)(?= |$)(?! +-\w*[cCnDEwW])(?! +--(?:clear|console|follow))/
const SHOWS_FILE =
  /^(?:sudo )?(?:\S*\/)?(?:cat|zcat|tail|head|less|more|grep|zgrep|strings|sed|awk) .*(?:\.(?:log|txt|md|rst|json|xml|c|h|py|sh|patch|diff|gz|\d)\b|\/var\/log\/|\bpstore\b|\bramoops\b|\bmessages\b|\bsyslog\b|\bu-boot\S*\.bin\b)/
const TO_NOWHERE = /\d?>(?:&\d| ?\/dev\/null)/g
/** More than one command, or its output goes to a file. */
const DOES_MORE = /[;&>]/
const TAP = /^(?:K?TAP version \d+|\d+\.\.\d+\b|# selftests:|# timeout set to)/

export function createCopies(): Copies {
  const heard = createMemory(REMEMBERED)
  let shows: 'buffer' | 'file' | null = null
  let prompt = ''
  let shownAt: Millis | undefined
  let shownLines = 0
  let diagnostics = 0
  let isTap = false
  /** The last rising stamps, and when the line of each was there. */
  let rising: { seconds: number; t: Millis | undefined }[] = []
  let high = -Infinity
  let highAt: Millis | undefined
  /** The stamp of what the kernel said last. */
  let tick = -Infinity
  let older = 0
  let blockFrom: { seconds: number; t: Millis | undefined } = { seconds: 0, t: undefined }
  let apart = 0

  const follow = (seconds: number, t: Millis | undefined): void => {
    const last = rising.at(-1)?.seconds ?? -Infinity
    // One from elsewhere is left out; where the clock went back, it begins anew.
    if (seconds < last - SLACK_SECONDS) rising.pop()
    if (seconds < (rising.at(-1)?.seconds ?? seconds) - SLACK_SECONDS) rising = []
    if (seconds > (rising.at(-1)?.seconds ?? -Infinity)) rising.push({ seconds, t })
    const [sure] = rising.length > RISING ? rising.splice(0, 1) : []
    if (sure === undefined || sure.seconds < high) return
    high = sure.seconds
    highAt = sure.t
  }

  /** In a block of lines before the clock; where the wall clock is known, a board that started unheard is told from it. */
  const isReplayed = (seconds: number, t: Millis | undefined): boolean => {
    const block = apart < BREAK_LINES ? older : 0
    apart = 0
    const isOld = seconds < high - SLACK_SECONDS
    if (isOld && block === 0) blockFrom = { seconds, t }
    older = isOld ? block + 1 : Math.max(0, block - 1)
    if (!isOld || older <= OLDER) return false
    if (t === undefined || highAt === undefined || blockFrom.t === undefined) return true
    const isTooFast = seconds - blockFrom.seconds > (t - blockFrom.t) / 1000 + CONSOLE_LAG_SECONDS
    return isTooFast || (t - highAt) / 1000 < seconds
  }

  const endShown = (t: Millis | undefined): void => {
    shownLines += 1
    if (shownLines > SHOWN_LINES || (t ?? 0) - (shownAt ?? t ?? 0) > SHOWN_MS) shows = null
  }

  /** The kernel's clock and ours went on alike: it says this now. */
  const isOnTime = (seconds: number, t: Millis | undefined): boolean => {
    if (t === undefined || highAt === undefined) return false
    return Math.abs(seconds - high - (t - highAt) / 1000) < ON_TIME_SECONDS
  }

  return {
    plain(before, t) {
      if (before.trim() === '') return
      apart += 1
      const typedAt = PROMPT.exec(before)?.[0]
      // Where prompts have more to them than a sign, `# ` begins a comment of what is shown.
      if (typedAt !== undefined && (shows === null || typedAt !== '# ' || prompt === '# ')) {
        shows = shownBy(before.slice(typedAt.length))
        prompt = typedAt
        shownAt = t
        shownLines = 0
      }
      endShown(t)
      if (TAP.test(before)) isTap = true
      if (before !== '# ')
        diagnostics = before.startsWith('# ') ? DIAGNOSTIC_LINES : Math.max(0, diagnostics - 1)
    },
    isQuoted(before, rest) {
      if (before === '') return false
      const end = before.length > MARK_WINDOW ? before.slice(-MARK_WINDOW) : before
      if (before === '# ') return isTap && diagnostics > 0
      return COPY_MARKS.some(mark => mark.test(end)) || isInQuotes(before, rest)
    },
    kernel(seconds, text, t) {
      const isRepeated = heard.has(`${seconds} ${text}`)
      const isNow = isOnTime(seconds, t)
      const isReplay = isReplayed(seconds, t)
      endShown(t)
      if (shows === null || isNow) follow(seconds, t)
      if (shows !== null && !isNow) return shows
      // A clock that ticks slowly stamps many lines alike, and one trace has the same line twice.
      if (isRepeated && seconds !== tick) return 'repeated'
      if (isReplay) return 'older'
      tick = seconds
      return null
    },
    believe() {
      older = -Infinity
    },
    shows: () => shows,
    forget() {
      heard.forget()
      shows = null
      rising = []
      high = tick = -Infinity
      older = 0
    },
  }
}

function shownBy(typed: string): 'buffer' | 'file' | null {
  if (DOES_MORE.test(typed.replace(TO_NOWHERE, ''))) return null
  if (SHOWS_FILE.test(typed)) return 'file'
  return SHOWS_BUFFER.test(typed) ? 'buffer' : null
}

/** `{"message": "at [   12.345678] Oops"}`: opened before and closed after. A kernel that cuts in closes nothing. */
function isInQuotes(before: string, rest: string): boolean {
  const opened = before.slice(-MARK_WINDOW * 4)
  for (const quote of ['"', "'", '`']) {
    if (opened.split(quote).length % 2 === 0 && rest.includes(quote)) return true
  }
  return false
}
