/** Everything that `find` looks through, as the words that it is found by. */

import { statusWords } from '../cards/board-words.ts'
import type { Found } from '../cards/find.ts'
import { isOver, placeOf, programName, stateWord } from '../cards/run-words.ts'
import { mention } from '../cards/text.ts'
import { frameOf } from '../cards/topics.ts'
import { clockTime } from '../cards/words.ts'
import type { Lab } from '../lab/lab.ts'
import type { Alert, BoardSummary, FamilySummary, Lease, Person, Run } from '../lab/types.ts'
import { personOf } from './allow.ts'
import type { Findable } from './find.ts'
import { formatWord } from './words.ts'

export type Candidate = Found & Findable

/** `runs` are those that fit the words already: the history is searched where it lies. */
export function candidatesOf(lab: Lab, runs: readonly Run[]): readonly Candidate[] {
  return [
    ...lab.boards().map(board => ofBoard(board, lab)),
    ...lab.families().map(ofFamily),
    ...lab.leases().map(lease => ofLease(lease, lab)),
    ...lab.alerts().map(alert => ofAlert(alert, lab)),
    ...peopleOf(lab, runs).map(person => ofPerson(person, lab)),
    ...runs.map(ofRun),
  ]
}

function ofBoard(board: BoardSummary, lab: Lab): Candidate {
  const { config, state } = board
  const { id, name, family, site, revision = '', group = '', architecture = '', type = '' } = config
  const labels = Object.entries(config.labels).flat()
  const about = `${family}, ${statusWords(board, frameOf(lab))}`
  const words = [family, site, revision, group, architecture, type, ...config.peripherals, ...labels]
  const more = [state.kernel ?? '', board.heldBy ?? '', about]
  return {
    kind: 'board',
    id,
    about,
    line: `boards show ${id}`,
    names: [id, name],
    words: [...words, ...more],
  }
}

function ofFamily({ name, boards, free }: FamilySummary): Candidate {
  const about = `${free} of ${boards} free`
  return { kind: 'family', id: name, about, line: `tests --family ${name}`, names: [name], words: [] }
}

function ofLease(lease: Lease, lab: Lab): Candidate {
  const { id, board, family, state, until } = lease
  const holder = personOf(lease)
  const end = until === null ? '' : ` until ${clockTime(until, frameOf(lab))}`
  const where = board ?? family ?? 'any board'
  const who = holder === null ? '' : `, ${mention(holder.name)}`
  const words = [where, holder?.name ?? '', holder?.id ?? '', state]
  return {
    kind: 'lease',
    id,
    about: `${where}, ${state}${end}${who}`,
    line: 'lease list',
    names: [id],
    words,
  }
}

function ofAlert({ id, text }: Alert, _lab: Lab): Candidate {
  return { kind: 'alert', id, about: text, line: 'alerts', names: [id], words: [text] }
}

function ofRun(run: Run): Candidate {
  const { id, family, state, submitter } = run
  const name = programName(run.program)
  const place = placeOf(run)
  const about = `${name} on ${place}, ${stateWord(run, null)}, ${mention(submitter.name)}`
  const words = [name, place, family, state, submitter.name, submitter.id]
  const how = isOver(state) ? state : 'live'
  return { kind: 'test', id, about, line: `tests show ${id}`, names: [id], words: [...words, how] }
}

function ofPerson({ id, name }: Pick<Person, 'id' | 'name'>, lab: Lab): Candidate {
  const held = lab.leases().filter(lease => personOf(lease)?.id === id && lease.state === 'active')
  const boards = held.map(lease => lease.board ?? '').join(', ')
  const about = [roleWord(id, lab), boards === '' ? '' : `holds ${boards}`]
    .filter(word => word !== '')
    .join(', ')
  return {
    kind: 'person',
    id: mention(name),
    about,
    line: `tests --by ${formatWord(id)}`,
    names: [name, id],
    words: [],
  }
}

function roleWord(id: string, lab: Lab): string {
  const { admins, operators } = lab.inventory().people
  if (admins.includes(id)) return 'admin'
  return operators.includes(id) ? 'operator' : ''
}

/** Whom boards.yaml names, who holds or waits for a board, and whose tests these are; each once. */
function peopleOf(lab: Lab, runs: readonly Run[]): readonly Pick<Person, 'id' | 'name'>[] {
  const { admins, operators, teams } = lab.inventory().people
  const named = [...admins, ...operators, ...Object.values(teams).flat()].map(entry => ({
    id: entry,
    name: entry,
  }))
  const live = lab.leases().flatMap(lease => personOf(lease) ?? [])
  const submitters = [...Object.values(lab.state().runs), ...runs].map(run => run.submitter)
  // A name that people have given beats the bare id of the inventory.
  return [...new Map([...named, ...submitters, ...live].map(person => [person.id, person])).values()]
}
