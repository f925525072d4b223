/** A form by question: each field in turn, Enter for what it is without an answer. */

import { clean } from '../../cards/text.ts'
import type { Field } from '../../cards/view.ts'

/** Asks one question; null when the person gave up. */
export type Ask = (question: string) => Promise<string | null>

export type Values = Readonly<Record<string, string>>

/** The answers, those of `before` kept where Enter was typed; null when the person gave up. */
export async function askFields(
  fields: readonly Field[],
  before: Values,
  ask: Ask,
  say: (lines: readonly string[]) => void,
): Promise<Values | null> {
  const values: Record<string, string> = { ...before }
  for (const field of fields) {
    const answer = await askField(field, values[field.name], ask, say)
    if (answer === null) return null
    values[field.name] = answer
  }
  return values
}

async function askField(
  field: Field,
  before: string | undefined,
  ask: Ask,
  say: (lines: readonly string[]) => void,
): Promise<string | null> {
  const options = field.options ?? []
  if (options.length > 0) say(choiceLines(field))
  for (;;) {
    const answer = await ask(question(field, before))
    if (answer === null) return null
    const value = chosen(answer.trim(), field) || before || ''
    if (value !== '' || !field.required) return value
    say([`${clean(field.label)} is needed.`])
  }
}

function choiceLines({ options = [] }: Field): readonly string[] {
  return options.map(({ label, note }, index) => {
    const about = note === undefined ? '' : ` (${clean(note)})`
    return `  ${index + 1} ${clean(label)}${about}`
  })
}

/** `family (Kind of board to run on): `. */
function question({ label, hint, initial, required }: Field, before: string | undefined): string {
  const about = hint === undefined ? '' : ` (${clean(hint).replace(/\.$/, '')})`
  const given = before ?? initial
  const otherwise = given === undefined || given === '' ? (required ? '' : ' [none]') : ` [${clean(given)}]`
  return `${clean(label)}${about}${otherwise}: `
}

/** A number picks from the list, unless it is itself a choice. */
function chosen(answer: string, { options = [] }: Field): string {
  if (options.some(option => option.value === answer)) return answer
  return /^\d+$/.test(answer) ? (options[Number(answer) - 1]?.value ?? answer) : answer
}
