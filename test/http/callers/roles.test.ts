import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { roleIn } from '../../../src/lab/roles.ts'
import { KEYS, openDoor } from './door.ts'

const PEOPLE = { admins: ['ci', 'local', 'jenkins'], operators: ['ops'], teams: {} }

describe('roles', () => {
  it('are those of the keys: no line of boards.yaml adds to them (S3)', async () => {
    const { callers } = await openDoor({ keys: KEYS, keylessRole: () => 'operator' })
    const at = (id: string, platform: string): string =>
      roleIn(PEOPLE, callers.roleOf, { id, name: id, platform })
    expect(at('ci', 'http')).toBe('user')
    expect(at('ops', 'http')).toBe('admin')
    expect(at('local', 'http')).toBe('operator')
    expect(at('jenkins', 'http')).toBe('user')
    expect(at('gone', 'http')).toBe('user')
    expect(
      roleIn({ admins: [], operators: [], teams: {} }, callers.roleOf, {
        id: 'ci',
        name: 'ci',
        platform: 'http',
      }),
    ).toBe('user')
  })

  it('of a key are nothing to a person of a chat who is called like it', async () => {
    const { callers } = await openDoor({ keys: KEYS })
    const people = { admins: ['U0ADMIN'], operators: [], teams: {} }
    for (const platform of ['slack', 'terminal', 'HTTP', ''])
      expect(roleIn(people, callers.roleOf, { id: 'ops', name: 'ops', platform })).toBe('user')
  })

  it('are the least for any id that no key has, names of objects included', async () => {
    const { callers } = await openDoor({ keys: KEYS })
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.constantFrom('constructor', '__proto__', 'toString', 'OPS', 'ops ')),
        id => {
          fc.pre(id !== 'ops')
          expect(callers.roleOf(id)).toBe('user')
        },
      ),
    )
  })
})
