/** The terminal as a channel of the outbox: outcomes, warnings and grants are told on its screen. */

import { drawTelling } from '../../cards/tellings.ts'
import type { View } from '../../cards/view.ts'
import { LabError } from '../../errors.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Channel, OutboxItem } from '../../mail/types.ts'

export type Teller = {
  lab: Lab
  /** Null when nobody reads the screen any more. */
  tell: ((view: View, item: OutboxItem) => void) | null
  /** Resolves when no reply is being made: what a line started is told after the line was answered. */
  quiet(signal: AbortSignal): Promise<void>
}

export function createTerminalChannel(id: string, teller: Teller): Channel {
  return {
    id,
    async deliver(item, signal) {
      await teller.quiet(signal)
      const view = await drawTelling(item.topic, teller.lab)
      if (view === null) return 'nobody'
      if (teller.tell === null) throw nobodyThere()
      teller.tell(view, item)
      return 'delivered'
    },
  }
}

/** Kept and tried again: the bot's next start may have somebody at its terminal. */
function nobodyThere(): LabError {
  return new LabError('nobody-there', 'the terminal is closed', {
    hint: 'It is told when somebody is back.',
    failure: 'infrastructure',
  })
}
