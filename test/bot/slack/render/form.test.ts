import type { KnownBlock, ModalView } from '@slack/types'
import { expect, test } from 'vitest'
import { loadingModal, noteModal, optionsOf, renderForm } from '../../../../src/bot/slack/render/render.ts'
import { checkModal } from '../../../../src/bot/slack/rules/rules.ts'
import { formCard } from '../../../../src/cards/form.ts'
import { bold, button, plain } from '../../../../src/cards/text.ts'
import type { Field, View } from '../../../../src/cards/view.ts'
import { FRAME } from '../../../cards/draw.ts'

const options = (count: number): { value: string; label: string }[] =>
  Array.from({ length: count }, (_, at) => ({ value: `v${at}`, label: `board ${at}` }))

const FIELDS: readonly Field[] = [
  {
    name: 'family',
    label: 'family',
    kind: 'select',
    required: true,
    lookup: 'families',
    options: options(2),
  },
  { name: 'file', label: 'file', kind: 'file', required: true, hint: 'An ELF or a script.' },
  {
    name: 'priority',
    label: 'priority',
    kind: 'select',
    required: false,
    initial: 'v1',
    options: options(3),
  },
  { name: 'timeout', label: 'timeout', kind: 'text', required: false, initial: '10m' },
  { name: 'retries', label: 'retries', kind: 'number', required: false, initial: '2' },
  { name: 'keep', label: 'keep', kind: 'switch', required: false, initial: 'yes' },
  { name: 'words', label: 'words', kind: 'lines', required: false, initial: 'one\ntwo' },
]

function formOf(fields: readonly Field[]): View {
  return formCard(
    { name: 'run-test', summary: 'Runs a test on a board', usage: 'run-test FAMILY FILE' },
    fields,
  )
}

function inputs(modal: ModalView): Readonly<Record<string, object>> {
  const found = modal.blocks.flatMap(block =>
    'element' in block && block.type === 'input' ? [[block.block_id ?? '', block] as const] : [],
  )
  return Object.fromEntries(found)
}

test('each kind of field is asked for with what Slack has for it, filled in with what it is without an answer', () => {
  const modal = renderForm(formOf(FIELDS), { meta: '{"c":"run-test"}' })
  expect(checkModal(modal)).toEqual([])
  expect(modal).toMatchObject({
    callback_id: 'form',
    private_metadata: '{"c":"run-test"}',
    title: { text: 'run-test' },
    submit: { text: 'run-test' },
  })
  expect(inputs(modal)).toMatchObject({
    'f:family': {
      optional: false,
      element: { type: 'external_select', action_id: 'lookup', min_query_length: 0 },
    },
    'f:file': {
      optional: false,
      element: { type: 'file_input', action_id: 'v', max_files: 1 },
      hint: { text: 'An ELF or a script.' },
    },
    'f:priority': { optional: true, element: { type: 'static_select', initial_option: { value: 'v1' } } },
    'f:timeout': { optional: true, element: { type: 'plain_text_input', initial_value: '10m' } },
    'f:retries': { optional: true, element: { type: 'number_input', initial_value: '2' } },
    'f:keep': { optional: true, element: { type: 'checkboxes', initial_options: [{ value: 'yes' }] } },
    'f:words': {
      optional: true,
      element: { type: 'plain_text_input', multiline: true, initial_value: 'one\ntwo' },
    },
  })
})

test('a form that is shown again keeps what was entered, with each fault under its field', () => {
  const faults = { family: 'There is no family "scoA". Did you mean socA?', place: 'Unknown.' }
  const values = { family: 'scoA', priority: 'v2', timeout: 'soon', retries: 'many', keep: '', words: '' }
  const modal = renderForm(formOf(FIELDS), { meta: '{}', values, faults })
  expect(checkModal(modal)).toEqual([])
  expect(inputs(modal)).toMatchObject({
    'f:family': { element: { initial_option: { value: 'scoA' } } },
    'f:priority': { element: { initial_option: { value: 'v2' } } },
    'f:timeout': { element: { initial_value: 'soon' } },
  })
  for (const name of ['f:retries', 'f:keep', 'f:words'])
    expect(JSON.stringify(inputs(modal)[name])).not.toContain('"initial')
  expect(alertsOf(modal)).toEqual([
    ['a block before', 'place: Unknown.'],
    ['f:family', faults.family],
  ])
})

function alertsOf(modal: ModalView): readonly (readonly [string, string])[] {
  return modal.blocks.flatMap((block, index, all) => {
    if (!isAlert(block)) return []
    return [[all[index - 1]?.block_id ?? 'a block before', block.text.text] as const]
  })
}

function isAlert(block: { type: string }): block is Extract<KnownBlock, { type: 'alert' }> {
  return block.type === 'alert'
}

test('a file that is here already is told and not asked for again', () => {
  const modal = renderForm(formOf(FIELDS), { meta: '{}', values: { file: 'hello.elf' } })
  expect(Object.keys(inputs(modal))).not.toContain('f:file')
  expect(JSON.stringify(modal.blocks)).toContain('hello.elf')
})

test('options that are too many for a menu, or that depend on others, come as they are typed', () => {
  const field = (count: number): Field => ({
    name: 'b',
    label: 'b',
    kind: 'select',
    required: true,
    options: options(count),
  })
  const typeOf = (count: number, external: readonly string[] = []): unknown =>
    inputs(renderForm(formOf([field(count)]), { meta: '', external }))['f:b']
  expect(typeOf(100)).toMatchObject({ element: { type: 'static_select' } })
  expect(typeOf(101)).toMatchObject({ element: { type: 'external_select', action_id: 'lookup' } })
  expect(typeOf(3, ['b'])).toMatchObject({ element: { type: 'external_select' } })
  expect(typeOf(0)).toMatchObject({ element: { type: 'plain_text_input' } })
})

test('what others depend on is told as it is chosen', () => {
  const modal = renderForm(formOf(FIELDS), { meta: '', telling: ['family'] })
  expect(inputs(modal)['f:family']).toMatchObject({ dispatch_action: true })
  expect(inputs(modal)['f:timeout']).not.toHaveProperty('dispatch_action')
})

test('of more fields than a modal holds those that are needed stay, and the rest is told', () => {
  const fields = Array.from(
    { length: 400 },
    (_, at): Field => ({ name: `n${at}`, label: `n${at}`, kind: 'text', required: at === 399 }),
  )
  const faults = Object.fromEntries(fields.map(field => [field.name, 'Wrong.']))
  const modal = renderForm(formOf(fields), { meta: '', faults })
  expect(checkModal(modal)).toEqual([])
  expect(inputs(modal)).toHaveProperty('f:n399')
  expect(JSON.stringify(modal.blocks)).toContain('… and 360 more')
})

test('options are cut to what Slack shows, but never to what they stand for', () => {
  const long = { value: 'a'.repeat(151), label: 'x' }
  const shown = optionsOf([
    { value: 'v', label: 'b'.repeat(99), note: 'c'.repeat(99) },
    long,
    { value: 'v', label: 'again' },
  ])
  expect(shown).toHaveLength(1)
  expect(shown[0]).toMatchObject({
    value: 'v',
    text: { text: `${'b'.repeat(74)}…` },
    description: { text: `${'c'.repeat(74)}…` },
  })
})

test('a modal that tells has nothing to send, and its buttons work', () => {
  const view: View = {
    ...{ kind: 'message', topic: 'run/T1', rev: 1, tone: 'run', title: [bold('T1'), plain(' queued')] },
    ...{ summary: 'T1 queued', parts: [{ t: 'actions', items: [button('a', 'Cancel', 'queue cancel T1')] }] },
  }
  const modal = noteModal('A title that is too long for a modal', view, FRAME, '{"c":"x"}')
  expect(checkModal(modal)).toEqual([])
  expect(modal).toMatchObject({ title: { text: 'A title that is too lon…' }, private_metadata: '{"c":"x"}' })
  expect(modal).not.toHaveProperty('submit')
  expect(JSON.stringify(modal.blocks)).toContain('queue cancel T1')
  expect(checkModal(loadingModal('run-test', '{}'))).toEqual([])
})

test('P28 a field without a label is called by its name, cleaned like any other text', () => {
  const field: Field = { name: '\u001b[31mred', label: ' ', kind: 'text', required: true }
  expect(Object.values(inputs(renderForm(formOf([field]), { meta: '' })))).toMatchObject([
    { label: { text: 'red' } },
  ])
})
