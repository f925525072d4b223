import type { Millis } from '../../../clock.ts'
import type { JoinedLine } from './frame-lines.ts'
import { inHalves, makeWord } from './frames.ts'
import { noPrompt, type Session, shellGone } from './session.ts'
import type { Heard, Key, Talk } from './talk.ts'

/**
 * The way back to our prompt: a newline, then interrupts, each with a question that was never asked before. Once
 * its answer is heard, all that came earlier belongs to the past and cannot be taken for a new answer.
 */
const LADDER: readonly Rung[] = [
  { key: null, waitMs: 400 },
  { key: 'interrupt', waitMs: 600 },
  { key: 'interrupt', waitMs: 1500 },
  { key: 'interrupt', waitMs: 4000 },
]

const QUESTION_WORD = 12

export async function resync(
  session: Session,
  signal: AbortSignal,
  first: 'newline' | 'interrupt' = 'newline',
): Promise<void> {
  if (session.lost !== null) throw session.lost
  const rungs = first === 'newline' ? LADDER : LADDER.slice(1)
  const said = await climb(session.talk, rungs, '$_n', signal)
  if (said === null) throw noPrompt(session.talk, 'a newline and three interrupts brought none')
  if (said !== session.word && !(await isOurs(session, signal))) {
    session.lost = shellGone(session.talk)
    throw session.lost
  }
  session.dirty = false
}

/** A question that lost a character on its way brings a wrong answer: it is asked again. */
async function isOurs({ talk, word }: Session, signal: AbortSignal): Promise<boolean> {
  for (const { waitMs } of LADDER.slice(0, 3)) {
    if ((await question(talk, null, '$_n', waitMs, signal)) === word) return true
  }
  return false
}

export type Rung = { key: Key | null; waitMs: Millis }

/**
 * Asks for the value of `expression` again and again; null when nothing answers. An answer to an earlier question
 * counts: a line with much waiting in it is slow, and keeps its order.
 */
export async function climb(
  talk: Talk,
  rungs: readonly Rung[],
  expression: string,
  signal: AbortSignal,
): Promise<string | null> {
  const words: string[] = []
  const watch = talk.watch({ see: heard => firstOf(words, word => answerIn(heard, word)) })
  try {
    for (const { key, waitMs } of rungs) {
      const word = makeWord(QUESTION_WORD)
      words.push(word)
      if (key !== null) await talk.press(key, signal)
      await talk.type(questionOf(word, expression), signal)
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
  const word = makeWord(QUESTION_WORD)
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

/** Where an answer of a shell of ours, whose word is `own`, to any question begins; -1 when there is none. */
export function answersIn(line: string, own: string): number {
  if (!line.includes(`${own}:`)) return -1
  return new RegExp(`[0-9A-Za-z]{${QUESTION_WORD}}:(?:\\w*\\.)?${own}:`).exec(line)?.index ?? -1
}

/** What was said between the colons after the word. */
export function answerOf(line: JoinedLine, word: string): string | null {
  const index = line.text.indexOf(`${word}:`)
  if (index === -1) return null
  const rest = line.text.slice(index + word.length + 1)
  const end = rest.indexOf(':')
  return end === -1 ? null : rest.slice(0, end)
}
