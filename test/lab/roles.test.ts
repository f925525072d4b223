import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { PeopleConfig } from '../../src/config/types.ts'
import { isSamePerson, roleIn, roleOf } from '../../src/lab/roles.ts'

const PEOPLE: PeopleConfig = { admins: ['U0ADA', 'ada'], operators: ['U0OPS', 'ops'], teams: {} }

test('S3 at the terminal people are known by name; the ids of boards.yaml count everywhere', () => {
  const as = (id: string, name: string, platform: string): string => roleOf(PEOPLE, { id, name, platform })
  expect(as('ada', 'ada', 'terminal')).toBe('admin')
  expect(as('mei', 'ops', 'terminal')).toBe('operator')
  expect(as('U0OPS', 'somebody', 'slack')).toBe('operator')
  expect(as('U0ADA', 'ada', 'slack')).toBe('admin')
})

test('S3 no name makes anybody more than a user on a chat platform: anybody may change their name there', () => {
  const platform = fc.constantFrom('slack', 'feishu', 'http')
  const name = fc.oneof(fc.constantFrom('ada', 'ops', 'U0ADA', 'U0OPS', '@ada'), fc.string())
  fc.assert(
    fc.property(platform, name, (platform, name) => {
      expect(roleOf(PEOPLE, { id: 'U0MEI', name, platform })).toBe('user')
    }),
    { numRuns: 200 },
  )
})

test('S3 where no roles are configured everybody has every role', () => {
  expect(roleOf({ admins: [], operators: [], teams: {} }, { id: 'U1', name: 'x', platform: 'slack' })).toBe(
    'admin',
  )
})

test('the same id on two platforms is two people', () => {
  const terminal = { id: 'mei', name: 'mei', platform: 'terminal' }
  expect(isSamePerson(terminal, { ...terminal, name: 'Mei Li' })).toBe(true)
  expect(isSamePerson(terminal, { ...terminal, platform: 'slack' })).toBe(false)
  expect(isSamePerson(terminal, null)).toBe(false)
})

test('S3 callers over HTTP have the role of their key, whatever boards.yaml says of their name, and nobody else has', () => {
  const person = fc.record({
    id: fc.constantFrom('ada', 'ops', 'ci', 'U0ADA'),
    name: fc.constantFrom('ada', 'ops'),
    platform: fc.constantFrom('terminal', 'slack', 'http'),
  })
  const people = fc.constantFrom(PEOPLE, { admins: [], operators: [], teams: {} })
  fc.assert(
    fc.property(person, people, fc.constantFrom('user', 'operator', 'admin'), (who, configured, role) => {
      const expected = who.platform === 'http' ? role : roleOf(configured, who)
      expect(roleIn(configured, () => role, who)).toBe(expected)
    }),
    { numRuns: 200 },
  )
})
