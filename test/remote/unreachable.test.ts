import { expect, test } from 'vitest'
import { LabError } from '../../src/errors.ts'
import { serverOf } from '../../src/remote/server.ts'
import { trouble, unreachable } from '../../src/remote/unreachable.ts'

const server = serverOf('https://lab:8443/x', 'sesame-1', '0')

test.for([
  ['ECONNREFUSED', 'Nothing answers at https://lab:8443', 'Is the bot running there'],
  ['ENOTFOUND', 'There is no host "lab"', 'Check the name'],
  ['EAI_AGAIN', 'There is no host "lab", or names cannot be looked up now', 'and the network'],
  ['ETIMEDOUT', 'https://lab:8443 cannot be reached: it broke', 'Check the address'],
  ['EHOSTUNREACH', 'https://lab:8443 cannot be reached: it broke', 'Check the address'],
  [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'The certificate of https://lab:8443 is not trusted',
    'NODE_EXTRA_CA_CERTS',
  ],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'The certificate of https://lab:8443', 'NODE_EXTRA_CA_CERTS'],
  ['CERT_HAS_EXPIRED', 'The certificate of https://lab:8443', 'NODE_EXTRA_CA_CERTS'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'The certificate of https://lab:8443', 'NODE_EXTRA_CA_CERTS'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'does not speak TLS', 'http:// instead of https://'],
  ['HPE_INVALID_CONSTANT', 'does not speak HTTP', 'Check the address'],
  ['ECONNRESET', 'ended the connection without an answer', 'may have been carried out'],
  ['EPIPE', 'ended the connection without an answer', 'may have been carried out'],
] as const)('%s: %s', ([code, message, hint]) => {
  const error = unreachable(server, Object.assign(new Error('it broke'), { code }))
  expect([error.message, error.hint, error.failure.class]).toEqual([
    expect.stringContaining(message),
    expect.stringContaining(hint),
    'infrastructure',
  ])
  expect(error.message + error.hint).not.toContain('sesame')
})

test('what has words of its own keeps them, and what is no error has some', () => {
  const own = trouble('it is so', 'do that')
  expect(unreachable(server, own)).toBe(own)
  expect(unreachable(server, 'odd')).toBeInstanceOf(LabError)
  expect(unreachable(server, new Error('odd')).message).toBe('https://lab:8443 cannot be reached: odd')
})
