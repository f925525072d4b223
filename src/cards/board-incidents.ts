/** What a board's console told about failing, on the board's card. */

import type { Incident, IncidentBlame } from '../lab/types.ts'
import type { BoardFacts } from './facts.ts'
import { button, plain } from './text.ts'
import type { Action, Part, Run } from './view.ts'
import { gutterTime, type TimeFrame } from './words.ts'

const SHOWN = 3
const PROOF_SHOWN = 4

/** The latest, newest last, with the first lines of the last of them. */
export function incidentParts(board: BoardFacts, frame: TimeFrame): readonly Part[] {
  const shown = (board.state.incidents ?? []).slice(-SHOWN)
  const last = shown.at(-1)
  if (last === undefined) return []
  const notes = shown.map((each): Part => ({ t: 'note', runs: wordsOf(each, frame) }))
  const lines = last.proof.slice(0, PROOF_SHOWN)
  return [...notes, { t: 'log', lines, total: lines.length }]
}

/** `03:12:07 kernel panic: Fatal exception (while nobody used it)`. */
function wordsOf(incident: Incident, frame: TimeFrame): readonly Run[] {
  const { at, title, during, blame } = incident
  const when = during === null ? 'while nobody used it' : `during ${during}`
  const whose = blame === undefined ? '' : `: ${BLAME_WORDS[blame]}`
  return [plain(`${gutterTime(at, frame)} ${title} (${when}${whose})`)]
}

const BLAME_WORDS: Readonly<Record<IncidentBlame, string>> = {
  board: 'counts against the board',
  use: 'not counted, it was in use just before',
  power: 'not counted, its power was lost',
  site: 'not counted, other boards of its site failed at the same time',
  kernel: 'not counted, half of the other boards with its kernel failed within a day',
}

/** The log from where the last of them began; of one under a test, that test has it. */
export function incidentActions({ config, state, lease }: BoardFacts): readonly Action[] {
  const last = state.incidents?.at(-1)
  if (last === undefined || lease !== null) return []
  if (last.test !== undefined && last.during !== null)
    return [button('incident', 'Show the failure', `tests show ${last.during}`)]
  return [button('incident', 'Show the failure', `boards log ${config.id} --at ${last.offset} --lines 40`)]
}
