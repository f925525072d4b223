import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { knownKeys } from '../../../src/hardware/console/known-hosts.ts'

const KEY = 'AAAAC3NzaC1lZDI1NTE5AAAAIGNvbnNvbGU='
const OTHER = 'AAAAC3NzaC1lZDI1NTE5AAAAIG90aGVyCg=='

function found(text: string, host: string, port = 22): string[] {
  return knownKeys(text, host, port).map(
    ({ type, key, revoked }) => `${type} ${key.toString('base64')}${revoked ? ' revoked' : ''}`,
  )
}

function hashed(name: string): string {
  const salt = Buffer.from('twenty bytes of salt')
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}

test.each([
  ['its name', `board-a ssh-ed25519 ${KEY} root@board-a`, 'Board-A', 22],
  ['one of several names', `x,board-a,10.1.1.1 ssh-ed25519 ${KEY}`, '10.1.1.1', 22],
  ['a pattern', `*.lab.local ssh-ed25519 ${KEY}`, 'a.lab.local', 22],
  ['a pattern of one character', `board-? ssh-ed25519 ${KEY}`, 'board-a', 22],
  ['its name and port', `[board-a]:2222 ssh-ed25519 ${KEY}`, 'board-a', 2222],
  ['its hashed name', `${hashed('board-a')} ssh-ed25519 ${KEY}`, 'board-a', 22],
  ['its hashed name and port', `${hashed('[board-a]:2222')} ssh-ed25519 ${KEY}`, 'board-a', 2222],
  ['an address of version 6', `fd00::1 ssh-ed25519 ${KEY}`, 'fd00::1', 22],
  [
    'a line after others',
    `# a comment\n\nx ssh-rsa ${OTHER}\r\nboard-a ssh-ed25519 ${KEY}\r\n`,
    'board-a',
    22,
  ],
])('a server is known by %s', (_, text, host, port) => {
  expect(found(text, host, port)).toEqual([`ssh-ed25519 ${KEY}`])
})

test.each([
  ['another port', `board-a ssh-ed25519 ${KEY}`, 'board-a', 2222],
  ['a longer name', `board-a ssh-ed25519 ${KEY}`, 'board-ab', 22],
  ['a point that is no point', `a.lab ssh-ed25519 ${KEY}`, 'axlab', 22],
  ['a name that is taken out', `*.lab,!a.lab ssh-ed25519 ${KEY}`, 'a.lab', 22],
  ['another hash', `${hashed('board-b')} ssh-ed25519 ${KEY}`, 'board-a', 22],
  ['a certificate authority', `@cert-authority board-a ssh-ed25519 ${KEY}`, 'board-a', 22],
  ['a line with no key', 'board-a ssh-ed25519', 'board-a', 22],
])('and not by %s', (_, text, host, port) => {
  expect(found(text, host, port)).toEqual([])
})

test('a key that was revoked is told as such', () => {
  expect(found(`@revoked * ssh-ed25519 ${KEY}\nboard-a ssh-ed25519 ${KEY}`, 'board-a')).toEqual([
    `ssh-ed25519 ${KEY} revoked`,
    `ssh-ed25519 ${KEY}`,
  ])
})

test('any text is a file of known hosts: it never fails', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ minLength: 1 }), (text, host) => {
      expect(Array.isArray(knownKeys(text, host, 22))).toBe(true)
    }),
    { numRuns: 300 },
  )
})
