/** A form as a modal: a block for each field, with what was entered and what is wrong with it. */

import type { KnownBlock, ModalView } from '@slack/types'
import { clean, textOf } from '../../../cards/text.ts'
import type { Field, Part, Run, View } from '../../../cards/view.ts'
import type { TimeFrame } from '../../../cards/words.ts'
import { LIMITS } from '../rules/limits.ts'
import { checkModal } from '../rules/rules.ts'
import { bodyOf } from './body.ts'
import { plainText } from './buttons.ts'
import { isBlank } from './crop.ts'
import { fieldBlock, fieldId } from './field.ts'
import { plainNote } from './note.ts'
import { plainSection } from './plain.ts'

export type FormOptions = {
  /** The form's own, handed back with it: at most 3000 characters. */
  meta: string
  /** By field; what was entered, for a form that is shown again. A file that is here already is only named. */
  values?: Readonly<Record<string, string>>
  /** By field: what is wrong with it. */
  faults?: Readonly<Record<string, string>>
  /** Fields whose options come as they are typed, beside those with a lookup and those of too many options. */
  external?: readonly string[]
  /** Fields that others depend on: what is chosen is told at once. */
  telling?: readonly string[]
  frame?: TimeFrame
}

export const FORM = 'form'

/** More fields than a person would fill in; with their faults they are within what a modal holds. */
const MOST_FIELDS = 40

type Form = Extract<Part, { t: 'form' }>

export function renderForm(view: View, options: FormOptions): ModalView {
  const form = view.parts.find(part => part.t === 'form')
  const modal: ModalView = {
    type: 'modal',
    callback_id: FORM,
    private_metadata: options.meta,
    title: plainText(titleOf(view), LIMITS.viewTitle, 'Boardroom'),
    submit: plainText(form?.submit.label ?? '', LIMITS.viewTitle, 'Send'),
    close: plainText('Cancel', LIMITS.viewTitle),
    blocks: [...aboutBlocks(view, options), ...(form === undefined ? [] : formBlocks(form, options))],
  }
  return checkModal(modal).length === 0 ? modal : { ...modal, blocks: [plainSection(view.summary)] }
}

/** There is room for a word only; the rest of the title is the first line below. */
function titleOf({ title, summary }: View): string {
  const first = title.find(run => run.r === 'bold') ?? title[0]
  return first !== undefined && 'text' in first ? first.text : summary
}

function aboutBlocks(
  view: View,
  { frame = { now: 0, timeZone: 'UTC' } }: FormOptions,
): readonly KnownBlock[] {
  const parts = view.parts.filter(part => part.t !== 'form' && part.t !== 'search')
  const title = restOf(view.title, frame)
  const blocks = bodyOf({ ...view, title, parts }, frame, 'modal').blocks
  return blocks.slice(0, LIMITS.viewBlocks - 2 * MOST_FIELDS - 2)
}

function restOf(title: readonly Run[], frame: TimeFrame): readonly Run[] {
  const rest = title.slice(title.findIndex(run => run.r === 'bold') + 1)
  const words = textOf(rest, frame).replace(/^\s*·\s*/, '')
  return isBlank(words) ? [] : [{ r: 'plain', text: words }]
}

function formBlocks({ fields }: Form, options: FormOptions): readonly KnownBlock[] {
  const shown = inOrder(fields).slice(0, MOST_FIELDS)
  const names = new Set(shown.map(field => field.name))
  const { faults = {} } = options
  const others = Object.entries(faults).filter(([name]) => !names.has(name))
  const left = fields.length - shown.length
  return [
    ...(others.length === 0
      ? []
      : [faultBlock(others.map(([name, words]) => `${name}: ${words}`).join(' '))]),
    ...shown.flatMap(field => {
      const fault = Object.hasOwn(faults, field.name) ? faults[field.name] : undefined
      return [
        fieldBlock(field, settingOf(field, options)),
        ...(fault === undefined ? [] : [faultBlock(fault)]),
      ]
    }),
    ...(left > 0 ? [plainNote(`… and ${left} more, which only a typed line can give`)] : []),
  ]
}

/** Of two fields of one name the first stands; what is needed is never what there is no room for. */
function inOrder(fields: readonly Field[]): readonly Field[] {
  const known = new Set<string>()
  const different = fields.filter(({ name }) => !known.has(fieldId(name)) && known.add(fieldId(name)))
  if (different.length <= MOST_FIELDS) return different
  return [...different.filter(field => field.required), ...different.filter(field => !field.required)]
}

function settingOf(
  field: Field,
  { values = {}, external = [], telling = [] }: FormOptions,
): {
  value: string | undefined
  entered: boolean
  isExternal: boolean
  tells: boolean
} {
  const entered = Object.hasOwn(values, field.name)
  return {
    value: entered ? values[field.name] : field.initial,
    entered,
    isExternal: external.includes(field.name),
    tells: telling.includes(field.name),
  }
}

function faultBlock(words: string): KnownBlock {
  return { type: 'alert', level: 'error', text: plainText(clean(words), LIMITS.alertText) }
}
