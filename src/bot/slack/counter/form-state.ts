/** What a form was filled in with, from the state of its view (docs.slack.dev, reference/views, "View state"). */

import { z } from 'zod'
import type { SlackFile } from '../types.ts'

export type Filled = {
  /** By field; what was left empty is not in it. */
  values: Readonly<Record<string, string>>
  files: readonly { field: string; file: SlackFile }[]
}

/** Of an option that stands for nothing: a select cannot show words that cannot be chosen. */
export const NOTHING = '-'
const BLOCK = 'f:'

const text = z.string()
const option = z.object({ value: text })
const posted = z.object({
  id: text,
  name: text.nullish(),
  size: z.number().nullish(),
  url_private_download: text.nullish(),
  url_private: text.nullish(),
})
// Loose on purpose: only what is used is read of what others send.
const element = z.object({
  type: text,
  value: text.nullish(),
  selected_option: option.nullish(),
  selected_options: z.array(option).nullish(),
  files: z.array(posted).nullish(),
})
const state = z.object({ values: z.record(text, z.record(text, z.unknown())) })

export function readFilled(from: unknown): Filled {
  const values: [string, string][] = []
  const files: { field: string; file: SlackFile }[] = []
  for (const [block, actions] of Object.entries(blocksOf(from))) {
    const field = fieldOf(block)
    const given = element.safeParse(Object.values(actions)[0]).data
    if (field === null || given === undefined) continue
    const value = valueIn(given)
    if (value !== '') values.push([field, value])
    for (const each of given.files ?? []) files.push({ field, file: fileOf(each) })
  }
  return { values: Object.fromEntries(values), files }
}

/** By block id, then by action id. */
export function blocksOf(from: unknown): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  return state.safeParse(from).data?.values ?? {}
}

export function fieldOf(block: string): string | null {
  return block.startsWith(BLOCK) ? block.slice(BLOCK.length) : null
}

export function blockOf(field: string): string {
  return `${BLOCK}${field}`
}

function valueIn({ type, value, selected_option: one, selected_options: some }: z.output<typeof element>) {
  if (type === 'checkboxes') return some?.length ? 'yes' : ''
  const chosen = one?.value ?? some?.[0]?.value
  // Typed, it is a word like any other: programs read their input from `-`.
  if (chosen === undefined) return value ?? ''
  return chosen === NOTHING ? '' : chosen
}

function fileOf({
  id,
  name,
  size,
  url_private_download: download,
  url_private: address,
}: z.output<typeof posted>) {
  return { id, name: name ?? id, size: size ?? null, url: download ?? address ?? '' }
}
