import type { BoardConfig } from '../../config/types.ts'
import type { Core } from '../core.ts'
import { withFailure } from './condemn.ts'
import { type IdleBoard, idleBlame, isOpenQuestion } from './idle-blame.ts'

/** Says whose fault it was that boards failed while nobody used them, and counts what is their own. */
export async function judgeIncidents(core: Core): Promise<void> {
  const { boards } = core.current.inventory
  for (const board of boards)
    for (const incident of core.state().boards[board.id]?.incidents ?? []) {
      if (!isOpenQuestion(incident)) continue
      const at = core.clock.now()
      const others = boards.filter(({ id }) => id !== board.id).map(each => idleBoard(core, each))
      const blame = idleBlame(incident, idleBoard(core, board), others, at)
      if (blame === null) continue
      const { boardFailuresWindowMs: windowMs } = core.current.inventory.settings
      const event = { kind: 'judged', incident, blame, windowMs } as const
      await core.commit(...withFailure(core, board.id, event, at))
    }
}

function idleBoard(core: Core, { id, family, site, power }: BoardConfig): IdleBoard {
  const { kernel = null, incidents = [] } = core.state().boards[id] ?? {}
  return { family, site, pdu: power?.pdu ?? null, kernel, incidents }
}
