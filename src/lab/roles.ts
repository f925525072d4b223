import type { PeopleConfig } from '../config/types.ts'
import type { Person, Role } from './types.ts'

const TERMINAL = 'terminal'
/** Callers over HTTP: who they are and what they may is in their keys, not in boards.yaml. */
const HTTP = 'http'
const RANK: Readonly<Record<Role, number>> = { user: 0, operator: 1, admin: 2 }

/** Where no roles are configured everyone has every role (S3); start-up says so. */
export function rolesConfigured(people: PeopleConfig): boolean {
  return people.admins.length > 0 || people.operators.length > 0
}

/** Roles of those who call over HTTP, by the id that their key stands for. */
export type CallerRoles = (id: string) => Role

/** Who has which role: people by boards.yaml, callers over HTTP by their keys. */
export function roleIn(people: PeopleConfig, callers: CallerRoles, person: Person): Role {
  return person.platform === HTTP ? callers(person.id) : roleOf(people, person)
}

/**
 * A person of a chat is matched by the platform's unchanging id alone: anybody may change their name there. At the
 * terminal the name is all there is.
 */
export function roleOf(people: PeopleConfig, person: Person): Role {
  if (!rolesConfigured(people)) return 'admin'
  const isNamed = person.platform === TERMINAL
  const matches = (entry: string): boolean => entry === person.id || (isNamed && entry === person.name)
  if (people.admins.some(matches)) return 'admin'
  return people.operators.some(matches) ? 'operator' : 'user'
}

export function mayAs(role: Role, needed: Role): boolean {
  return RANK[role] >= RANK[needed]
}

/** Who has a role, admins included, for sentences that say whom to ask. */
export function peopleWith(people: PeopleConfig, role: Role): readonly string[] {
  if (role === 'admin') return people.admins
  return role === 'operator' ? [...people.operators, ...people.admins] : []
}

/** The same id on two platforms is two people. */
export function isSamePerson(a: Person, b: Person | null): boolean {
  return b !== null && a.id === b.id && a.platform === b.platform
}
