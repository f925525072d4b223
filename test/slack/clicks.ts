import type { Core } from './core.ts'
import type { Answer } from './delivery.ts'
import { elementsIn, holdsOf, labelOf, optionsOf, type Placed } from './elements.ts'
import { type Message, postingOf } from './handles.ts'
import { actionOf, type Surface } from './interactions.ts'
import { type Json, recordOf, recordsOf, textOf, wordsOf } from './loose.ts'
import { type Reader, seenIn } from './screen/messages.ts'

/** A person's finger on a button, a menu or a choice. */

export type ClickHow = {
  /** The message; else what lies on top: the modal, the home tab, the newest message that has such a button. */
  in?: Message
  /** What is answered when Slack asks "are you sure?"; without an answer the click throws. */
  confirm?: boolean
}

export type Clicked = {
  /** What Slack asked before: "title: text [ok] [cancel]". */
  dialog: string | null
  /** Null: it was not sent, for the person said no. */
  answer: Answer | null
}

type Target = { surface: Surface; placed: Placed; value: Json }

export async function clickOn(
  core: Core,
  reader: Reader,
  surfaces: readonly Surface[],
  label: string,
  how: ClickHow,
): Promise<Clicked> {
  const among = how.in ? [{ kind: 'message' as const, ...postingOf(core, how.in) }] : surfaces
  const target = firstWith(among, label)
  if (!target) throw new Error(`nothing to click is called "${label}"; there are: ${allLabels(among)}`)
  const dialog = dialogOf(target.placed.element)
  if (dialog !== null && how.confirm === undefined)
    throw new Error(`"${label}" asks before: ${dialog}; say { confirm: true } or false`)
  if (dialog !== null && how.confirm === false) return { dialog, answer: null }
  const { block, element } = target.placed
  const payload = actionOf(core, reader.user, target.surface, block, element, target.value)
  const answer = await core.delivery.ask('interactive', payload)
  const body = answer.kind === 'ack' ? answer.body : undefined
  if (body !== undefined && body !== '' && JSON.stringify(body) !== '{}')
    core.workspace.complain(
      'payload_ignored',
      'block_actions',
      `an answer that Slack does not look at: ${JSON.stringify(body)}`,
    )
  return { dialog, answer }
}

/** What can be clicked now, the topmost first. */
export function surfacesOf(core: Core, reader: Reader, isHome: boolean): Surface[] {
  const modal = core.screens.modals.get(reader.user)?.at(-1)
  if (modal) return [{ kind: 'view', open: modal }]
  const home = core.screens.homes.get(reader.user)
  if (isHome) return home ? [{ kind: 'view', open: home }] : []
  const all = [...core.workspace.conversations.values()].filter(({ members }) => members.has(reader.user))
  const seen = all.flatMap(conversation =>
    seenIn(conversation, reader).map(posting => ({ kind: 'message' as const, conversation, posting })),
  )
  return seen.toSorted((one, other) => Number(other.posting.ts) - Number(one.posting.ts))
}

function blocksOf(surface: Surface): Json[] {
  return surface.kind === 'view' ? recordsOf(surface.open.given['blocks']) : surface.posting.blocks
}

function firstWith(surfaces: readonly Surface[], label: string): Target | null {
  for (const surface of surfaces)
    for (const placed of elementsIn(blocksOf(surface))) {
      const value = choiceOf(placed, label)
      if (value !== null) return { surface, placed, value }
    }
  return null
}

/** A button by its words; an entry of a menu, or a choice outside a form, by its own. */
function choiceOf(placed: Placed, label: string): Json | null {
  const { block, element } = placed
  const type = textOf(element['type'])
  if (type === 'button') return wordsOf(element['text']) === label ? {} : null
  if (block['type'] === 'input' || type === 'checkboxes') return null
  const option = optionsOf(element).find(each => wordsOf(each['text']) === label)
  if (!option) return null
  const field = type === 'overflow' ? 'selected_option' : holdsOf(element).field
  return { [field]: { text: option['text'], value: option['value'] } }
}

function allLabels(surfaces: readonly Surface[]): string {
  const placed = surfaces.flatMap(surface => elementsIn(blocksOf(surface)))
  const labels = placed.flatMap(each => [
    labelOf(each),
    ...optionsOf(each.element).map(option => wordsOf(option['text'])),
  ])
  return labels.filter(label => label !== '').join(', ') || 'none'
}

function dialogOf(element: Json): string | null {
  if (!element['confirm']) return null
  const confirm = recordOf(element['confirm'])
  const buttons = `[${wordsOf(confirm['confirm']) || 'Yes'}] [${wordsOf(confirm['deny']) || 'Cancel'}]`
  return `${wordsOf(confirm['title']) || 'Are you sure?'}: ${wordsOf(confirm['text'])} ${buttons}`
}
