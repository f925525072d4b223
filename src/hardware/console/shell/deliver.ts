import type { Millis } from '../../../clock.ts'
import { quote } from './frame-quote.ts'
import { question } from './resync.ts'
import { noPrompt } from './session.ts'
import type { Talk, Watch } from './talk.ts'

/**
 * A text for the variable `_h` of the shell on the board, over a line that loses characters: in pieces, each taken
 * only with its own length and behind all before it. The answer says how much is there, so that a piece is typed
 * again when it was not taken, and never added twice. What was taken may still be wrong where two losses fit
 * together: whoever uses the text checks its sum.
 */
function taking(word: string): string {
  return `_D(){ [ \${#3} = $2 ]&&[ \${#_h} = $1 ]&&_h=$_h$3;echo "@${word}:\${#_h}:";}`
}

/** Where the answer stands in a line, and what it says; `word` is that of the session. */
export function heldIn(line: string, word: string): { index: number; length: number } | null {
  const said = new RegExp(`@${word}:(\\d{1,6}):`).exec(line)
  return said === null ? null : { index: said.index, length: Number(said[1]) }
}

/** At 1 character lost in 200 these are the cheapest. */
const LONGEST_PIECE = 200
const SHORTEST_PIECE = 60
const FIRST_ANSWER_MS = 700
const SOONEST_ANSWER_MS = 150
const ANSWER_MS = 1500
const MS_PER_CHARACTER = 1.2
const MOST_FAILURES = 60

type Delivery = {
  talk: Talk
  word: string
  watch: Watch<number>
  signal: AbortSignal
  waitMs: Millis
  failures: number
}

export async function deliver(talk: Talk, word: string, text: string, signal: AbortSignal): Promise<void> {
  const watch = talk.watch({
    see: heard => (heard.kind === 'line' ? (heldIn(heard.line.text, word)?.length ?? null) : null),
  })
  const delivery = { talk, word, watch, signal, waitMs: FIRST_ANSWER_MS, failures: 0 }
  try {
    await teach(delivery)
    let held = 0
    let size = LONGEST_PIECE
    while (held < text.length) {
      const piece = text.slice(held, held + size)
      const there = await asked(delivery, pieceOf(held, piece))
      if (there === held + piece.length) {
        held = there
        talk.arrived()
        continue
      }
      failed(delivery)
      size = Math.max(SHORTEST_PIECE, Math.round(size / 2))
      if (there === null || there === held) continue
      // Neither with it nor without it: something else was lost on its way, and all begins anew.
      await teach(delivery)
      held = 0
    }
  } finally {
    watch.stop()
  }
}

function pieceOf(at: number, piece: string): string {
  return ` _D ${at} ${piece.length} ${quote(piece)}\n`
}

/** The function, and proof that it takes what it should and nothing else; then nothing is held. */
async function teach(delivery: Delivery): Promise<void> {
  for (;;) {
    const proof = [
      [` ${taking(delivery.word)};_h=\n _D 0 3 abc\n`, 3],
      [' _D 0 3 abc\n', 3],
      [' _D 3 3 abcd\n', 3],
      [' _h=;_D 0 0 ""\n', 0],
    ] as const
    let isTaught = true
    for (const [typed, wanted] of proof) isTaught = isTaught && (await asked(delivery, typed)) === wanted
    if (isTaught) return
    failed(delivery)
  }
}

function failed(delivery: Delivery): void {
  delivery.talk.damaged()
  delivery.failures += 1
  if (delivery.failures >= MOST_FAILURES)
    throw noPrompt(delivery.talk, 'of what is typed too much is lost on its way')
}

/** How much is held after `typed`; null when nothing was said. */
async function asked(delivery: Delivery, typed: string): Promise<number | null> {
  const { talk, watch, signal } = delivery
  const { clock } = talk
  while (watch.take() !== null);
  await talk.type(typed, signal)
  const started = clock.mono()
  const said = await watch.next(delivery.waitMs + typed.length * MS_PER_CHARACTER, signal)
  if (said !== null) {
    const took = clock.mono() - started
    delivery.waitMs = Math.max(SOONEST_ANSWER_MS, Math.min(delivery.waitMs, 4 * took), 2 * took)
    return said
  }
  // A shell that waits for the other quote. What it still had to say comes before the answer.
  await question(talk, 'interrupt', '', ANSWER_MS, signal)
  return null
}
