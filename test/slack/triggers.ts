import type { Millis } from '../../src/clock.ts'
import { Refused } from './refused.ts'
import type { Workspace } from './workspace.ts'

const LIFE_MS: Millis = 3_000

export type Triggers = {
  /** `view`: the modal in which it arose; another may be pushed on top of it. */
  mint(user: string, view: string | null): string
  /** Good once, for 3 s. Throws Refused. */
  use(trigger: string): { user: string; view: string | null }
}

/** Rights to open a modal (docs.slack.dev, surfaces/modals: "trigger_id … expires 3 seconds after"). */
export function createTriggers(workspace: Workspace): Triggers {
  const made = new Map<string, { user: string; view: string | null; at: Millis; isUsed: boolean }>()
  let last = 0
  const refuse = (code: string, trigger: string): Refused => {
    workspace.complain(code, 'trigger_id', trigger)
    return new Refused(code)
  }
  return {
    mint(user, view) {
      last += 1
      const trigger = `${Math.floor(workspace.clock.now())}.${last}.${workspace.id('t').toLowerCase()}`
      made.set(trigger, { user, view, at: workspace.clock.mono(), isUsed: false })
      return trigger
    },
    use(trigger) {
      const found = made.get(trigger)
      if (!found) throw refuse('invalid_trigger_id', trigger)
      if (found.isUsed) throw refuse('exchanged_trigger_id', trigger)
      if (workspace.clock.mono() - found.at > LIFE_MS) throw refuse('expired_trigger_id', trigger)
      found.isUsed = true
      return found
    },
  }
}
