import { type Json, recordOf, textOf } from '../loose.ts'
import { Refused, refuseIf } from '../refused.ts'
import { type Call, needed } from './call.ts'
import { refuseBadView } from './check.ts'

/** docs.slack.dev, reference/methods/views.* */

export function open(call: Call): Json {
  const view = viewOf(call, 'modal')
  const { user } = call.core.triggers.use(needed(call, 'trigger_id'))
  const { screens } = call.core
  return { view: screens.shown(screens.open(user, view)) }
}

/** The trigger must have come from the modal that it is put on. */
export function push(call: Call): Json {
  const view = viewOf(call, 'modal')
  const { core } = call
  const { user, view: below } = core.triggers.use(needed(call, 'trigger_id'))
  refuseIf(below === null || !core.screens.modals.get(user)?.some(({ id }) => id === below), 'not_found')
  return { view: core.screens.shown(pushed(call, user, view)) }
}

function pushed({ core, method }: Call, user: string, view: Json): ReturnType<typeof core.screens.push> {
  try {
    return core.screens.push(user, view)
  } catch (error) {
    if (error instanceof Refused) core.workspace.complain(error.code, method, 'three modals are open')
    throw error
  }
}

export function update(call: Call): Json {
  const { core, args } = call
  const found = core.screens.find(textOf(args['view_id']), textOf(args['external_id']))
  const view = viewOf(call, found?.given['type'] === 'home' ? 'home' : 'modal')
  return { view: core.screens.shown(core.screens.update(found, view, textOf(args['hash']))) }
}

export function publish(call: Call): Json {
  const { core, args } = call
  const view = viewOf(call, 'home')
  const user = needed(call, 'user_id')
  refuseIf(!core.workspace.users.has(user), 'user_not_found')
  refuseIf(!core.workspace.app.rights.hasHome, 'not_enabled')
  return { view: core.screens.shown(core.screens.publish(user, view, textOf(args['hash']))) }
}

function viewOf(call: Call, type: 'modal' | 'home'): Json {
  if (call.args['view'] === undefined) needed(call, 'view')
  const view = recordOf(call.args['view'])
  refuseBadView(call.core, call.method, view, type)
  return view
}
