import { until } from '../until.ts'
import { refuseBadView } from './api/check.ts'
import type { Core } from './core.ts'
import type { Answer } from './delivery.ts'
import { elementsIn, inputsOf, keyOf, labelOf, optionsOf, type Placed } from './elements.ts'
import { actionOf, closingOf, type Surface, submissionOf, suggestionOf } from './interactions.ts'
import { type Json, recordOf, recordsOf, textOf, wordsOf } from './loose.ts'
import { Refused } from './refused.ts'
import type { OpenView } from './screens.ts'
import { type Given, refusalOf, valueFor } from './values.ts'

/** A person at a form: fills it in, looks options up, sends it, and gets the answer. */

/** What Slack's client says when the app does not answer. */
export const NO_ANSWER = 'We had some trouble connecting. Try again?'

export function topModal(core: Core, user: string): OpenView {
  const open = core.screens.modals.get(user)?.at(-1)
  if (!open) throw new Error('no modal is open')
  return open
}

/** Waits for the field: the app may be about to draw it. */
export async function fillField(
  core: Core,
  open: () => OpenView,
  label: string,
  given: Given,
): Promise<void> {
  const { block, element } = await until(
    () => fieldNamed(open(), label),
    `a field "${label}" in ${labels(open())}`,
  )
  const isLookup = ['external_select', 'multi_external_select'].includes(textOf(element['type']))
  const offered =
    isLookup && given !== '' ? await lookUp(core, open(), { block, element }, searchOf(given)) : null
  const value = valueFor(core, open().user, element, given, offered)
  open().values.set(keyOf(block, element), value)
  open().faults.delete(textOf(block['block_id']))
  if (isDispatched(block, element, given)) await use(core, open(), { block, element }, value)
}

function searchOf(given: Given): string {
  return Array.isArray(given) ? String(given[0] ?? '') : String(given)
}

/** A person does not mind large and small letters. */
function fieldNamed(open: OpenView, label: string): Placed | null {
  const isNamed = (placed: Placed): boolean => labelOf(placed).toLowerCase() === label.toLowerCase()
  return inputsOf(recordsOf(open.given['blocks'])).find(isNamed) ?? null
}

function labels(open: OpenView): string {
  return elementsIn(recordsOf(open.given['blocks'])).map(labelOf).join(', ')
}

/** Outside an input block every choice is sent at once; inside, only where the app asked for it. */
function isDispatched(block: Json, element: Json, given: Given): boolean {
  if (block['type'] !== 'input') return true
  if (block['dispatch_action'] !== true) return false
  if (!textOf(element['type']).endsWith('_input') || element['type'] === 'file_input') return true
  const on = recordOf(element['dispatch_action_config'])['trigger_actions_on']
  const isAtEach = Array.isArray(on) && on.includes('on_character_entered')
  return isAtEach || String(given).endsWith('\n')
}

async function use(core: Core, open: OpenView, { block, element }: Placed, value: Json): Promise<void> {
  const surface: Surface = { kind: 'view', open }
  const { type: _, ...chosen } = value
  const answer = await core.delivery.ask(
    'interactive',
    actionOf(core, open.user, surface, block, element, chosen),
  )
  if (answer.kind === 'none') open.faults.set('', NO_ANSWER)
}

/** docs.slack.dev, block_suggestion: "min_query_length … default 3"; what comes late is not shown. */
export async function lookUp(
  core: Core,
  open: OpenView,
  { block, element }: Placed,
  typed: string,
): Promise<Json[]> {
  if (typed.length < Number(element['min_query_length'] ?? 3)) return []
  const surface: Surface = { kind: 'view', open }
  const answer = await core.delivery.ask(
    'interactive',
    suggestionOf(core, open.user, surface, block, element, typed),
  )
  const body = answer.kind === 'ack' ? recordOf(answer.body) : {}
  const options = optionsOf(body)
  const fault = wrongOptions(body, options)
  if (answer.kind !== 'ack' || fault === null) return options
  core.workspace.complain('invalid_options', 'block_suggestion', fault)
  return []
}

function wrongOptions(body: Json, options: readonly Json[]): string | null {
  if (!Array.isArray(body['options']) && !Array.isArray(body['option_groups']))
    return 'neither options nor option_groups'
  if (recordsOf(body['options']).length > 100 || recordsOf(body['option_groups']).length > 100)
    return 'more than 100'
  const bad = options.find(({ text, value }) => {
    const label = wordsOf(text)
    const length = textOf(value).length
    return label === '' || label.length > 75 || length === 0 || length > 150
  })
  return bad ? `an option that Slack refuses: ${JSON.stringify(bad)}` : null
}

export async function lookUpNamed(
  core: Core,
  open: OpenView,
  label: string,
  typed: string,
): Promise<string[]> {
  const placed = fieldNamed(open, label)
  if (!placed) throw new Error(`no field "${label}"; there are: ${labels(open)}`)
  return (await lookUp(core, open, placed, typed)).map(option => wordsOf(option['text']))
}

/** Sends the form, unless Slack's client sees by itself that something is missing. */
export async function submitModal(core: Core, open: OpenView): Promise<Answer | null> {
  if (!open.given['submit']) throw new Error('this modal has nothing to submit')
  open.faults.clear()
  for (const { block, element } of inputsOf(recordsOf(open.given['blocks']))) {
    const refusal =
      block['type'] === 'input' ? refusalOf(block, element, open.values.get(keyOf(block, element))) : null
    if (refusal !== null) open.faults.set(textOf(block['block_id']), refusal)
  }
  if (open.faults.size > 0) return null
  const answer = await core.delivery.ask('interactive', submissionOf(core, open))
  if (answer.kind === 'none') open.faults.set('', NO_ANSWER)
  else answered(core, open, answer.body === '' ? {} : answer.body)
  return answer
}

/** docs.slack.dev, surfaces/modals: response_action. */
function answered(core: Core, open: OpenView, given: unknown): void {
  const { screens } = core
  const body = recordOf(given)
  try {
    if (body['response_action'] === 'errors') showFaults(core, open, recordOf(body['errors']))
    else if (body['response_action'] === 'clear') screens.modals.delete(open.user)
    else if (body['response_action'] === 'update') screens.update(open, viewOf(core, body), '')
    else if (body['response_action'] === 'push') screens.push(open.user, viewOf(core, body))
    else if (given === undefined || (body === given && Object.keys(body).length === 0)) shut(core, open)
    else throw wrong(core, `an answer to view_submission: ${JSON.stringify(given)}`)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    open.faults.set('', NO_ANSWER)
  }
}

function viewOf(core: Core, body: Json): Json {
  const view = recordOf(body['view'])
  refuseBadView(core, 'view_submission', view, 'modal')
  return view
}

function showFaults(core: Core, open: OpenView, errors: Json): void {
  const blocks = new Set(inputsOf(recordsOf(open.given['blocks'])).map(({ block }) => block['block_id']))
  const entries = Object.entries(errors)
  const isRight =
    entries.length > 0 && entries.every(([block, text]) => blocks.has(block) && textOf(text) !== '')
  if (!isRight) throw wrong(core, `errors at no input block of the view: ${JSON.stringify(errors)}`)
  for (const [block, text] of entries) open.faults.set(block, textOf(text))
}

function wrong(core: Core, what: string): Refused {
  core.workspace.complain('invalid_response_action', 'view_submission', what)
  return new Refused('invalid_response_action')
}

function shut(core: Core, open: OpenView): void {
  const stack = core.screens.modals.get(open.user) ?? []
  const left = stack.filter(each => each !== open)
  if (left.length === 0) core.screens.modals.delete(open.user)
  else core.screens.modals.set(open.user, left)
}

/** With Cancel this one; with the cross all of them. The app hears of it where it asked to. */
export async function closeModal(core: Core, open: OpenView, isAll: boolean): Promise<void> {
  const stack = core.screens.modals.get(open.user) ?? []
  const told = (isAll ? stack.toReversed() : [open]).filter(each => each.given['notify_on_close'] === true)
  const payloads = told.map(each => closingOf(core, each, isAll))
  if (isAll) core.screens.modals.delete(open.user)
  else shut(core, open)
  for (const payload of payloads) await core.delivery.ask('interactive', payload)
}
