import { z } from 'zod'
import { powerCard } from '../../cards/power.ts'
import { plain, textOf, user } from '../../cards/text.ts'
import { frameOf } from '../../cards/topics.ts'
import type { Run } from '../../cards/view.ts'
import { clockTime, elapsed } from '../../cards/words.ts'
import type { Lab } from '../../lab/lab.ts'
import type { Lease, PowerAction } from '../../lab/types.ts'
import { isSame, needsBoard } from '../allow.ts'
import { boardArgument, optionalText } from '../arguments.ts'
import { command } from '../command.ts'
import { powerEvent } from '../results.ts'
import type { Caller, Danger } from '../types.ts'

const SUMMARIES: Readonly<Record<PowerAction, string>> = {
  on: "switch a board's outlet on",
  off: "switch a board's outlet off",
  cycle: 'off, wait, on, and watch it come back',
  status: 'read whether a board has power',
}

function powerCommand(action: PowerAction) {
  const name = `power ${action}`
  return command({
    name,
    group: 'use a board',
    summary: SUMMARIES[action],
    examples: [`${name} soc-b-001`, `/${name} soc-b-001 --reason "no answer"`],
    args: z.strictObject({
      board: boardArgument(),
      reason: optionalText({
        label: '"WHY"',
        flag: 'reason',
        hint: 'Kept in the history, told to who holds the board.',
      }),
    }),
    result: z.object({ event: powerEvent }),
    role: 'operator',
    orHolder: true,
    allow: (caller, { board }, lab) => needsBoard(`${name} ${board}`, board, caller, lab),
    danger: (caller, { board }, lab) => (action === 'status' ? null : dangerOf(name, board, caller, lab)),
    http: {
      method: 'POST',
      path: `/power/{board}/${action}`,
      status: action === 'status' ? 200 : 202,
      ...(action === 'cycle' ? { also: ['/boards/{board}/power-cycle'] } : {}),
    },
    async run({ board, reason }, { lab, caller }) {
      return { event: await lab.power(board, action, caller.person, reason ?? '') }
    },
    show: ({ event }, { lab }) => powerCard(event, frameOf(lab)),
    started: ({ event }) => (event.endedAt === null ? `power/${event.id}` : null),
    exit: ({ event }) => (event.failure === null && event.back !== false && !isUnread(event) ? 0 : 2),
  })
}

/** A reading that read nothing. */
function isUnread({ action, after }: { action: PowerAction; after: string | null }): boolean {
  return action === 'status' && after !== 'on' && after !== 'off'
}

/** When somebody else holds the board, or a test runs on it. */
function dangerOf(name: string, boardId: string, caller: Caller, lab: Lab): Danger | null {
  const lease = lab.board(boardId)?.lease ?? null
  if (lease === null) return null
  const textRuns = lossOf(lease, boardId, caller, lab)
  if (textRuns === null) return null
  return {
    title: `${name} ${boardId}?`,
    text: textOf(textRuns, frameOf(lab)),
    textRuns,
    ok: name,
    expect: { topic: `lease/${lease.id}`, rev: lease.rev },
  }
}

function lossOf(lease: Lease, boardId: string, { person }: Caller, lab: Lab): readonly Run[] | null {
  const { holder } = lease
  if (holder.kind === 'run') {
    const since = lease.since === null ? '' : ` (${elapsed(lab.now() - lease.since)})`
    return [plain(`${holder.run} runs on ${boardId}${since}: it would be cut off and tried again.`)]
  }
  if (isSame(holder.person, person)) return null
  const until = lease.until === null ? '' : ` until ${clockTime(lease.until, frameOf(lab))}`
  return [user(holder.person), plain(` holds ${boardId}${until} and will be told.`)]
}

export const powerOn = powerCommand('on')
export const powerOff = powerCommand('off')
export const powerCycle = powerCommand('cycle')
export const powerStatus = powerCommand('status')
