import { describe, expect, it } from 'vitest'
import { describeCheck, describeEnvironment, readEnvironment } from '../../src/config/index.ts'
import { read } from './read.ts'

const KEYS = 'ci:user:swordfish-swordfish-1, ops:admin:swordfish-swordfish-2, lab:user:swordfish-swordfish-3'

function rows(variables: Record<string, string>): readonly string[] {
  return describeEnvironment(readEnvironment(variables)).filter(line => /^ {2}(keys|without)/.test(line))
}

function notes(variables: Record<string, string>, http: string): readonly string[] {
  const inventory = read(`settings: {http: {${http}}}\nboards: []\n`)
  const { lines } = describeCheck(readEnvironment(variables), inventory)
  return lines.filter(line => line.includes('settings.http'))
}

describe('boardroom check over HTTP (I3)', () => {
  it('says how many keys there are with which roles, never whose or which', () => {
    expect(rows({ API_KEYS: KEYS, TRUSTED_NETWORKS: '10.0.0.0/8, 127.0.0.1' })).toEqual([
      '  keys           2 user, 1 admin',
      '  without a key  10.0.0.0/8, 127.0.0.1/32',
    ])
    expect(describeEnvironment(readEnvironment({ API_KEYS: KEYS })).join()).not.toContain('swordfish')
  })

  it('says that with keys nobody calls without one, this machine included, unless a network is trusted', () => {
    expect(rows({ API_KEYS: KEYS })).toContain('  without a key  nobody (TRUSTED_NETWORKS)')
    expect(rows({})).toEqual(['  keys           none (API_KEYS)', '  without a key  this machine'])
  })

  it('notes that those without a key are more than users, where there are such callers', () => {
    const note =
      'Note: whoever may call over HTTP without a key is operator there (settings.http.keyless_role).'
    expect(notes({}, 'keyless_role: operator')).toEqual([note])
    expect(notes({ API_KEYS: KEYS }, 'keyless_role: operator')).toEqual([])
    expect(notes({ API_KEYS: KEYS, TRUSTED_NETWORKS: '10.0.0.0/8' }, 'keyless_role: operator')).toEqual([
      note,
    ])
    expect(notes({}, 'keyless_role: user')).toEqual([])
  })

  it('notes that pages ask for a key where none was given out', () => {
    expect(notes({}, 'pages_need_key: true')).toEqual([
      'Note: pages ask for a key (settings.http.pages_need_key), and there are none to give out (API_KEYS).',
    ])
    expect(notes({ API_KEYS: KEYS }, 'pages_need_key: true')).toEqual([])
  })
})
