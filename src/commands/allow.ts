/** Who may do what (S3); a refusal names the role, who has it, and who else can do it now. */

import { plain, textOf, user, users } from '../cards/text.ts'
import { frameOf } from '../cards/topics.ts'
import type { Run } from '../cards/view.ts'
import { clockTime } from '../cards/words.ts'
import type { Lab } from '../lab/lab.ts'
import type { Lease, Person, Role } from '../lab/types.ts'
import type { AnyCommand, Caller, Refusal } from './types.ts'

const RANK: Readonly<Record<Role, number>> = { user: 0, operator: 1, admin: 2 }

export function hasRole(caller: Caller, role: Role): boolean {
  return RANK[caller.role] >= RANK[role]
}

export function everyone(): null {
  return null
}

/** `what` is the command as it was asked: `power cycle soc-b-001`. */
export function needsRole(what: string, role: Role, caller: Caller, lab: Lab): Refusal | null {
  return hasRole(caller, role) ? null : refusal(what, role, lab)
}

/** An operator, or whoever holds the board. */
export function needsBoard(what: string, boardId: string, caller: Caller, lab: Lab): Refusal | null {
  if (hasRole(caller, 'operator')) return null
  const lease = lab.board(boardId)?.lease ?? null
  const holder = personOf(lease)
  if (holder !== null && isSame(holder, caller.person)) return null
  if (lease === null || holder === null) return refusal(what, 'operator', lab)
  const until = lease.until === null ? '' : ` until ${clockTime(lease.until, frameOf(lab))}`
  return refusal(what, 'operator', lab, [user(holder), plain(` holds this board${until} and can do it.`)])
}

/** Its owner, or somebody with the role. `owned` says whose it is: `submitted it`. */
export function needsOwner(
  what: string,
  owner: Person,
  owned: string,
  role: Role,
  caller: Caller,
  lab: Lab,
): Refusal | null {
  if (isSame(owner, caller.person) || hasRole(caller, role)) return null
  return refusal(what, role, lab, [user(owner), plain(` ${owned} and can do it.`)])
}

/** `also` is who else can do it. */
export function refusal(what: string, role: Role, lab: Lab, also: readonly Run[] = []): Refusal {
  const people = lab.peopleWith(role).map(entry => ({ id: entry, name: entry }))
  const title = `${role[0]?.toUpperCase()}${role.slice(1)}s`
  const names =
    people.length === 0
      ? [plain(`Nobody has it yet: boards.yaml, people.${role}s.`)]
      : [plain(`${title}: `), ...users(people), plain('.')]
  const hintRuns = also.length === 0 ? names : [...names, plain(' '), ...also]
  return { message: `${what} needs the role ${role}.`, hint: textOf(hintRuns, frameOf(lab)), hintRuns }
}

export function personOf(lease: Lease | null): Person | null {
  return lease?.holder.kind === 'person' ? lease.holder.person : null
}

export function isSame(a: Person, b: Person): boolean {
  return a.id === b.id && a.platform === b.platform
}

/** For help and menus: whether this person may ever do it, now. */
export function mayDo(command: AnyCommand, caller: Caller, lab: Lab): boolean {
  if (hasRole(caller, command.role)) return true
  if (command.orHolder !== true) return false
  return lab.leases().some(lease => {
    const holder = personOf(lease)
    return holder !== null && lease.state === 'active' && isSame(holder, caller.person)
  })
}
