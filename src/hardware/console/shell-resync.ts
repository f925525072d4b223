import type { Millis } from '../../clock.ts'
import type { JoinedLine } from './frame-lines.ts'
import { inHalves, makeWord } from './frames.ts'
import { noPrompt, type Session, shellGone } from './shell-session.ts'
import type { Heard, Key, Talk } from './shell-talk.ts'

/**
 * The way back to our prompt: a newline, then interrupts, each with a question that was never asked before. Once
 * its answer is heard, all that came earlier belongs to the past and cannot be taken for a new answer.
 */
const LADDER: readonly { key: Key | null; waitMs: Millis }[] = [
  { key: null, waitMs: 400 },
  { key: 'interrupt', waitMs: 600 },
  { key: 'interrupt', waitMs: 1500 },
  { key: 'interrupt', waitMs: 4000 },
]

export async function resync(
  session: Session,
  signal: AbortSignal,
  first: 'newline' | 'interrupt' = 'newline',
): Promise<void> {
  if (session.lost !== null) throw session.lost
  const said = await climb(session.talk, first === 'newline' ? LADDER : LADDER.slice(1), signal)
  if (said === null) throw noPrompt(session.talk, 'a newline and three interrupts brought none')
  if (said !== session.word) {
    session.lost = shellGone(session.talk)
    throw session.lost
  }
  session.dirty = false
}

type Rung = (typeof LADDER)[number]

/** An answer to an earlier question counts: a line with much waiting in it is slow, and keeps its order. */
async function climb(talk: Talk, rungs: readonly Rung[], signal: AbortSignal): Promise<string | null> {
  const words: string[] = []
  const watch = talk.watch({ see: heard => firstOf(words, word => answerIn(heard, word)) })
  try {
    for (const { key, waitMs } of rungs) {
      const word = makeWord(12)
      words.push(word)
      if (key !== null) await talk.press(key, signal)
      await talk.type(questionOf(word, '$_n'), signal)
      const said = await watch.next(waitMs, signal)
      if (said !== null) return said
    }
  } finally {
    watch.stop()
  }
  return null
}

function firstOf<T>(words: readonly string[], read: (word: string) => T | null): T | null {
  for (const word of words) {
    const said = read(word)
    if (said !== null) return said
  }
  return null
}

function questionOf(word: string, expression: string): string {
  return `\n echo ${inHalves(word)}:${expression}:\n`
}

/** Asks whatever shell is there to say a fresh word and the value of `expression`; null when nothing answers. */
export async function question(
  talk: Talk,
  key: Key | null,
  expression: string,
  waitMs: Millis,
  signal: AbortSignal,
): Promise<string | null> {
  const word = makeWord(12)
  const watch = talk.watch({ see: heard => answerIn(heard, word) })
  try {
    if (key !== null) await talk.press(key, signal)
    await talk.type(questionOf(word, expression), signal)
    return await watch.next(waitMs, signal)
  } finally {
    watch.stop()
  }
}

function answerIn(heard: Heard, word: string): string | null {
  return heard.kind === 'line' ? answerOf(heard.line, word) : null
}

/** What was said between the colons after the word. */
export function answerOf(line: JoinedLine, word: string): string | null {
  const index = line.text.indexOf(`${word}:`)
  if (index === -1) return null
  const rest = line.text.slice(index + word.length + 1)
  const end = rest.indexOf(':')
  return end === -1 ? null : rest.slice(0, end)
}
