import { inputsOf, keyOf, valueAtFirst, withIds } from './elements.ts'
import { type Json, recordsOf, textOf } from './loose.ts'
import { Refused, refuseIf } from './refused.ts'
import type { Workspace } from './workspace.ts'

/** What is open before each person: at most three modals on top of each other, and the home tab. */

export type OpenView = {
  id: string
  hash: string
  user: string
  given: Json
  root: string
  previous: string | null
  /** What is filled in: block and action → the value as Slack sends it. */
  values: Map<string, Json>
  /** What is written at a field: block → fault. */
  faults: Map<string, string>
}

export type Screens = {
  readonly modals: Map<string, OpenView[]>
  readonly homes: Map<string, OpenView>
  open(user: string, view: Json): OpenView
  /** Throws Refused `push_limit_reached`. */
  push(user: string, view: Json): OpenView
  /** Throws Refused `not_found`, `hash_conflict`. */
  update(found: OpenView | null, view: Json, hash: string): OpenView
  publish(user: string, view: Json, hash: string): OpenView
  find(id: string, external: string): OpenView | null
  /** A view as the API and payloads show it. */
  shown(open: OpenView): Json
}

/** docs.slack.dev, surfaces/modals: "up to three views at a time". */
const MOST_MODALS = 3

export function createScreens(workspace: Workspace): Screens {
  const modals = new Map<string, OpenView[]>()
  const homes = new Map<string, OpenView>()
  const all = (): OpenView[] => [...modals.values()].flat().concat([...homes.values()])
  const hash = (): string => `${workspace.ts()}.${workspace.id('h').toLowerCase()}`

  const made = (user: string, view: Json, below: OpenView | null): OpenView => {
    const id = workspace.id('V')
    const external = textOf(view['external_id'])
    refuseIf(
      external !== '' && all().some(each => each.given['external_id'] === external),
      'duplicate_external_id',
    )
    const open: OpenView = {
      ...{ id, hash: hash(), user, given: withIds(workspace, view), root: below?.root ?? id },
      ...{ previous: below?.id ?? null, values: new Map(), faults: new Map() },
    }
    fillIn(open, new Map())
    return open
  }

  const update = (found: OpenView | null, view: Json, expected: string): OpenView => {
    if (!found) throw new Refused('not_found')
    refuseIf(expected !== '' && expected !== found.hash, 'hash_conflict')
    refuseIf(view['type'] !== found.given['type'], 'invalid_arguments')
    found.given = withIds(workspace, view)
    found.hash = hash()
    found.faults.clear()
    fillIn(found, found.values)
    return found
  }

  return {
    modals,
    homes,
    open(user, view) {
      const open = made(user, view, null)
      modals.set(user, [open])
      return open
    },
    push(user, view) {
      const stack = modals.get(user) ?? []
      refuseIf(stack.length === 0, 'not_found')
      refuseIf(stack.length >= MOST_MODALS, 'push_limit_reached')
      const open = made(user, view, stack.at(-1) ?? null)
      stack.push(open)
      return open
    },
    update,
    publish(user, view, expected) {
      const found = homes.get(user)
      if (found) return update(found, view, expected)
      const open = made(user, view, null)
      homes.set(user, open)
      return open
    },
    find: (id, external) =>
      all().find(each => (id !== '' ? each.id === id : each.given['external_id'] === external)) ?? null,
    shown: open => shownOf(workspace, open),
  }
}

/** Keeps what was entered where block and action are the same ones; what is new begins with its initial value. */
function fillIn(open: OpenView, before: ReadonlyMap<string, Json>): void {
  const kept = new Map<string, Json>()
  for (const { block, element } of inputsOf(recordsOf(open.given['blocks']))) {
    const key = keyOf(block, element)
    const old = before.get(key)
    kept.set(key, old && old['type'] === element['type'] ? old : valueAtFirst(element))
  }
  open.values = kept
}

export function stateOf(values: ReadonlyMap<string, Json>): Json {
  const state: { [block: string]: Json } = {}
  for (const [key, value] of values) {
    const [block = '', action = ''] = key.split('\n')
    state[block] = { ...state[block], [action]: value }
  }
  return { values: state }
}

function shownOf(workspace: Workspace, open: OpenView): Json {
  const { given } = open
  return {
    ...{ id: open.id, team_id: workspace.team.id, type: given['type'], blocks: given['blocks'] },
    ...{ private_metadata: given['private_metadata'] ?? '', callback_id: given['callback_id'] ?? '' },
    ...{ state: stateOf(open.values), hash: open.hash },
    ...{ title: given['title'] ?? null, close: given['close'] ?? null, submit: given['submit'] ?? null },
    ...{
      clear_on_close: given['clear_on_close'] ?? false,
      notify_on_close: given['notify_on_close'] ?? false,
    },
    ...{ previous_view_id: open.previous, root_view_id: open.root, external_id: given['external_id'] ?? '' },
    ...{ app_id: workspace.app.id, app_installed_team_id: workspace.team.id, bot_id: workspace.bot.id },
  }
}
