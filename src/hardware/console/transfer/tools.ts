import type { Millis } from '../../../clock.ts'
import { exchangeText } from '../shell/command.ts'
import type { Session } from '../shell/session.ts'
import { factsIn, survey } from '../shell/survey.ts'
import { receiverHelpers, toolsInquiry } from './receiver.ts'

/** What a board has for transfers, and what was learnt of its line: kept as long as the session. */
export type TransferTools = {
  /** Frames can be put in their place as they come; without that a file goes in blocks, one after the other. */
  windowed: boolean
  /** The terminal can be made to pass all bytes on. */
  modes: boolean
  gzip: boolean
  /** The shell reads further than a line from a terminal that passes all bytes. */
  readsAhead: boolean
  /** All 256 bytes arrive: null until it was tried. */
  clean: boolean | null
  /** The same from the board: false once raw did not come through. */
  comesRaw: boolean
  /** At the slowest. */
  msPerByte: number
  /** What asking for all this cost. */
  readonly ask: { readonly ms: Millis; readonly bytes: number }
  /** From typing a line to its answer, as it last was. */
  openMs: number
}

const ASK_MS: Millis = 20_000
const known = new WeakMap<Session, TransferTools>()

/** Asks once a session, and gives the shell its functions. */
export async function transferTools(session: Session, signal: AbortSignal): Promise<TransferTools> {
  const before = known.get(session)
  if (before !== undefined) return before
  const { decoder } = await survey(session, signal)
  const { clock } = session.talk
  const text = `${receiverHelpers()}\n${toolsInquiry()}`
  const started = clock.mono()
  const { output } = await exchangeText(session, '_m', text, ASK_MS, signal)
  const ms = clock.mono() - started
  const said = factsIn(output)
  const tools: TransferTools = {
    windowed: said.has('seek') && /^(?:busybox )?base64 -d$/.test(decoder),
    modes: said.has('modes') && said.has('count') && !session.echo,
    gzip: said.has('gzip'),
    readsAhead: said.has('ahead'),
    clean: null,
    comesRaw: true,
    openMs: 0,
    msPerByte: ms / text.length,
    ask: { ms, bytes: text.length },
  }
  known.set(session, tools)
  return tools
}
