import { type Clock, type Millis, within } from '../clock.ts'
import { messageOf } from '../errors.ts'
import type { Attachment, Consoles, RecorderNews } from '../lab/lab.ts'
import type { Log } from '../log.ts'
import { stripAnsi } from '../reading/ansi.ts'
import { withoutLabTyping } from '../reading/lab-typing.ts'
import type { Place } from './words.ts'

/** What a console prints, heard once for everybody who is at it. */
export type Feed = {
  /** Why the console is not connected; null while it is. */
  problem(): string | null
  /** The last lines before what comes now, plain, and whether the last of them is still being printed. */
  past(): Promise<Past>
  close(): void
}

/** `isCut`: something of the lab's own was left out. */
export type Past = { lines: readonly string[]; open: string; isCut: boolean }

export type FeedHandlers = {
  onBytes(bytes: Uint8Array): void
  onProblem(problem: string | null): void
  onEnd(why: string): void
}

/** A screenful, with room for the greeting below it. */
const LINES = 36
/** No terminal shows more in so many lines. */
const LOOK_BACK_BYTES = 32 * 1024
const READ_WITHIN_MS: Millis = 2_000
const NOT_YET = 'not yet opened'

/** Throws what the lab throws: no such board, not open. */
export async function createFeed(
  place: Place,
  { consoles, clock, log }: { consoles: Consoles; clock: Clock; log: Log },
  handlers: FeedHandlers,
): Promise<Feed> {
  const { board, console } = place
  let problem: string | null = null
  let head = 0
  let isTold = false
  const heard = (news: RecorderNews): void => {
    if (news.kind === 'chunk') {
      head = news.chunk.offset + news.chunk.bytes.length
      handlers.onBytes(news.chunk.bytes)
    } else if (news.kind === 'state') {
      const now = news.state.connected ? null : (news.state.problem ?? NOT_YET)
      isTold = true
      if ((now === null) !== (problem === null)) handlers.onProblem(now)
      problem = now
    }
  }
  const attachment: Attachment = await consoles.watch(board, console, {
    onNews: heard,
    onEnd: handlers.onEnd,
  })
  const { state } = attachment
  head = Math.max(head, state.head)
  if (!isTold) problem = state.connected ? null : (state.problem ?? NOT_YET)

  const read = async (to: number): Promise<Uint8Array> => {
    const chunks: Uint8Array[] = []
    const from = Math.max(0, to - LOOK_BACK_BYTES)
    for await (const { bytes } of consoles.read(board, console, from, to)) chunks.push(bytes)
    return Buffer.concat(chunks)
  }
  return {
    problem: () => problem,
    async past() {
      const late = (): Error => new Error(`its log could not be read within ${READ_WITHIN_MS / 1_000} s`)
      try {
        return lastLines(await within(clock, READ_WITHIN_MS, read(head), late))
      } catch (error) {
        log.warn({ ...place, error: messageOf(error) }, 'the past of a console could not be shown')
        return { lines: [], open: '', isCut: false }
      }
    },
    close: () => attachment.close(),
  }
}

/** Without cursor tricks, and without what the lab typed there: the past is to be read, not played again. */
function lastLines(bytes: Uint8Array): Past {
  const all = Buffer.from(bytes).toString('utf8').split('\n')
  const shown = all.map(line => stripAnsi(line).replace(/\t/g, '    '))
  const { lines, unfinished, isCut } = withoutLabTyping(shown.slice(0, -1), shown.at(-1) ?? '')
  return { lines: lines.slice(-LINES), open: unfinished, isCut }
}
