import { findKernelStamp } from './kernel.ts'

/**
 * The lab types at a console too (hardware/console/shell, program, boot-loader): its prompt, its questions and their
 * answers, frames around each command. Whoever reads a board's past wants what the board and its programs said, so
 * what is the lab's is left out here; the log itself keeps all of it. Words are made up anew for each session: what is
 * known here is their shape.
 */
export type Cleaned = { lines: readonly string[]; unfinished: string; isCut: boolean }

/** Lines as a terminal shows them: without ANSI, no CR at their ends. */
export function withoutLabTyping(all: readonly string[], unfinished: string): Cleaned {
  const kept: string[] = []
  const asked = new Set<string>()
  /** Words between whose frames stands what is for the lab alone; a program's end has another word than its start. */
  const own = new Set<string>()
  /** Words of frames that were read. */
  const known = new Set<string>()
  let open: { word: string; at: number } | null = null
  let lastEnd = ''
  /** The lab's shell or a boot loader has its line: a frame comes next. */
  let isAwaited = false

  /** The kernel's lines are nobody's command's. */
  const cutFrom = (at: number): void => {
    kept.push(...kept.splice(at).filter(line => findKernelStamp(line) !== -1))
  }
  const begin = (word: string): void => {
    open = { word, at: kept.length }
  }
  const end = (frame: string, word: string): void => {
    if (frame === lastEnd) return
    lastEnd = frame
    // A boot loader's end has a full stop, and what its commands print is for people too.
    if (open?.word === word && !frame.endsWith('.')) {
      own.add(word)
      cutFrom(open.at)
      // It begins a line of its own: an empty one above it is the lab's.
    } else if (kept.at(-1) === '') kept.pop()
    open = null
  }
  /** What has a frame's form is one where one was awaited, of a word that is known, and at an end, which comes twice. */
  const frameIn = (text: string, isDue: boolean, next: string): readonly (string | undefined)[] => {
    const found = FRAME.exec(text)
    if (found === null) return []
    const [frame, word = ''] = found
    const isTwice = frame === lastEnd || frame === next
    if (!isDue && !isTwice && !known.has(word)) return []
    known.add(word)
    return found
  }
  const read = (line: string, next: string): void => {
    const [question, prompt = '', first = '', second = ''] = QUESTION.exec(line) ?? []
    if (question !== undefined) {
      asked.add(first + second)
      // Prompts alone above a question are what the lab's own Enter brought.
      while (kept.length > 0 && kept.at(-1)?.trim() === prompt.trim()) kept.pop()
      return
    }
    if (OWN_COMMAND.test(line) || [...asked].some(word => line.includes(word))) {
      isAwaited = true
      return
    }
    const text = line.replace(PROMPTS, '')
    const [frame, word = '', answer, rest] = frameIn(text, isAwaited || text !== line, next)
    if (text === '' && line !== '') isAwaited = true
    else if (line !== '' && findKernelStamp(line) === -1) isAwaited = false
    const before = frame === undefined ? text : text.slice(0, -frame.length)
    if (before !== '' || line === '') kept.push(before)
    if (frame === undefined || answer !== undefined) return
    if (rest === undefined) begin(word)
    else end(frame, word)
  }

  for (const [index, line] of all.entries()) read(line, all[index + 1] ?? unfinished)
  const before = kept.length
  read(unfinished, '')
  const tail = kept.length > before ? (kept.pop() ?? '') : ''
  // One of the lab's is under way: a file that is sent, say.
  const under = open as { word: string; at: number } | null
  if (under !== null && own.has(under.word)) cutFrom(under.at)
  return { lines: kept, unfinished: tail, isCut: kept.length < all.length || tail !== unfinished }
}

const WORD = '[0-9A-Za-z]'
/** `br4Ytm:12> `, once or more. */
const PROMPTS = new RegExp(`(?:br${WORD}{4}:\\d{1,9}> ?)+`, 'g')
/** `# echo GsudaG''0fJ4kj:$_v:`; to a boot loader, `=> echo GsudaG\${brz}0fJ4kj`. */
const QUESTION = new RegExp(`^(.*?) ?echo (${WORD}{6})(?:''|\\$\\{brz\\})(${WORD}{6})(?::.*)?$`)
/** How a shell of the lab's is begun and what it answers; a line to a boot loader; what a shell says of its jobs. */
const OWN_COMMAND = new RegExp(
  `exec sh -is boardroom|${WORD}{12}:boardroom\\.\\w*\\.|echo @${WORD}{6} \\$brn|\\(_[a-z] "\\$\\{?@\\}?"\\)`,
)
/** `@fRCn4t:200:`, or `@fRCn4t 12` and behind it, at an end, `0 4038471504` or `/tmp/.br-ovPKYDOr 2335919383 cksum`. */
const FRAME = new RegExp(
  `@(${WORD}{6,16})(?:(:\\d{1,6}:)| \\d{1,9}(?: ([brcdnx]|\\d{1,3} (?:[0-9a-f]{1,64}|-)|(?:-|/\\S*/\\.br-\\S*) .*|(?:\\d{1,3}|x)\\.))?)$`,
)
