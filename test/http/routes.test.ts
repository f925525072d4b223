import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRouter, type Route } from '../../src/http/routes.ts'

function route(path: string, ...methods: string[]): Route {
  return { path, methods, access: 'anyone', handle: () => {} }
}

const ROUTES = [
  route('/tests/:id', 'PATCH'),
  route('/tests', 'GET', 'HEAD'),
  route('/tests', 'POST'),
  route('/tests/:id/log', 'GET'),
  route('/tests/newest', 'GET'),
]

function shown(method: string, path: string): string {
  const found = createRouter(ROUTES)(method, path)
  if (found.kind === 'found') return `${found.route.path} ${JSON.stringify(found.params)}`
  return found.kind === 'method' ? `not ${method}, but ${found.allowed.join(' ')}` : found.kind
}

test('a path is found by its method, and one without it says which there are', () => {
  expect(shown('GET', '/tests')).toBe('/tests {}')
  expect(shown('POST', '/tests')).toBe('/tests {}')
  expect(shown('DELETE', '/tests')).toBe('not DELETE, but GET HEAD POST')
  expect(shown('GET', '/tests/T12/log')).toBe('/tests/:id/log {"id":"T12"}')
  expect(shown('GET', '/tests/')).toBe('none')
  expect(shown('GET', '/tests/T12/log/')).toBe('none')
  expect(shown('GET', '/tests/%zz')).toBe('unreadable')
})

test('a literal goes before a word in its place, and is not what the word stands for', () => {
  expect(shown('GET', '/tests/newest')).toBe('/tests/newest {}')
  expect(shown('PATCH', '/tests/newest')).toBe('not PATCH, but GET')
  expect(shown('PATCH', '/tests/T12')).toBe('/tests/:id {"id":"T12"}')
})

test('an encoded stroke stays part of its name, and no name is lost on the way', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), name => {
      const found = createRouter(ROUTES)('GET', `/tests/${encodeURIComponent(name)}/log`)
      expect(found).toMatchObject({ kind: 'found', params: { id: name } })
    }),
    { numRuns: 200 },
  )
})
