// What Node's own test runner prints of tests of every outcome.
import assert from 'node:assert'
import test, { describe, it } from 'node:test'

test('adds', () => assert.equal(2, 1 + 1))
test('fails # here', () => assert.equal(3, 1 + 1))
test('skipped', { skip: 'no fish' }, () => {})
test('later', { todo: 'soon' }, () => assert.fail('not yet'))
describe('suite', () => {
  it('a', () => {})
  describe('deep', () => {
    it('b', () => {
      throw new Error('boom')
    })
  })
})
