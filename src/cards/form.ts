/** A command's form, made from its schema: a modal, a card form, or questions at a prompt. */

import { bold, button, plain } from './text.ts'
import type { Field, View } from './view.ts'

export function formCard(
  command: { name: string; summary: string; usage: string },
  fields: readonly Field[],
): View {
  const needed = fields.filter(field => field.required).map(field => field.label)
  return {
    kind: 'form',
    topic: `form/${command.name}`,
    rev: 0,
    tone: 'idle',
    title: [bold(command.name), plain(` · ${command.summary}`)],
    summary: `${command.name} needs ${needed.join(', ')}: ${command.usage}`,
    parts: [
      { t: 'form', fields, submit: button('submit', command.name, command.name, { style: 'primary' }) },
    ],
  }
}
