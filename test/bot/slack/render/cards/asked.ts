/** What is said about lines themselves: help, faults, questions, forms, and the first words. */

import { confirmCard } from '../../../../../src/cards/confirm.ts'
import { errorCard } from '../../../../../src/cards/error.ts'
import { formCard } from '../../../../../src/cards/form.ts'
import { commandHelpCard, type HelpEntry, helpCard } from '../../../../../src/cards/help.ts'
import { plain, user } from '../../../../../src/cards/text.ts'
import type { Field } from '../../../../../src/cards/view.ts'
import { welcomeCard } from '../../../../../src/cards/welcome.ts'
import { each, type Maker, named, shown, times } from './shown.ts'

const entryOf = (at: number, word: string): HelpEntry => ({
  name: `verb${at}`,
  group: at % 2 === 0 ? 'run a test' : 'use a board',
  summary: word,
  usage: `verb${at} ${word}`,
  role: 'everyone',
  examples: times(2, () => `verb${at}`),
  arguments: [{ name: 'WORD', about: word }],
})
const entries = (size: number, word: string): HelpEntry[] => times(size, at => entryOf(at, word))

const KINDS = ['text', 'number', 'select', 'switch', 'lines', 'file', 'select'] as const

/** Of every kind, the last of them needed. */
function fieldsOf(size: number, word: string): readonly Field[] {
  return times(size, (at): Field => {
    const kind = each(KINDS, at)
    return {
      ...{ name: `n${at}`, label: word, kind, required: at === size - 1, hint: word, example: word },
      initial: kind === 'number' ? '2' : word,
      ...(kind === 'select' ? { options: optionsOf(Math.min(size, 101), word) } : {}),
      ...(at % 7 === 6 ? { lookup: 'boards' } : {}),
    }
  })
}

const optionsOf = (size: number, word: string): NonNullable<Field['options']> =>
  times(size, at => ({ value: `v${at}`, label: word, note: word }))

const QUESTION = { title: 'Cut the power?', ok: 'Cut it', expect: { topic: 'a', rev: 1 } }

export const ASKED_CARDS: Readonly<Record<string, Maker>> = {
  help: shown(helpCard, (size, word) => [entries(size, word), ['run a test', 'use a board']]),
  'help of one': shown(commandHelpCard, (size, word) => [entryOf(0, word), entries(size, word)]),
  'a fault': shown(errorCard, (size, word) => [
    {
      code: 'input',
      message: times(size, () => word).join('\n'),
      hint: word,
      ours: false,
      tries: times(size, () => word),
    },
  ]),
  'a fault whose hint names people': shown(errorCard, (size, word) => [
    {
      ...{ code: 'not-allowed', message: word, hint: word, ours: true },
      hintRuns: [plain('Ask '), ...times(size, () => user(named(word)))],
    },
  ]),
  'a question': shown(confirmCard, (_, word) => [
    { ...QUESTION, text: word, line: `power off ${word}`, moved: true },
  ]),
  'a question that names somebody': shown(confirmCard, (_, word) => [
    { ...QUESTION, title: word, ok: word, text: word, line: 'power off a', textRuns: [user(named(word))] },
  ]),
  'a form': shown(formCard, (size, word) => [
    { name: 'run-test', summary: word, usage: 'run-test FAMILY' },
    fieldsOf(size, word),
  ]),
  'the first words': shown(welcomeCard, (size, word) => ['/lab', size === 0 ? null : word]),
}
