import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { InputError } from '../../src/errors.ts'
import { checkDestination, checkRedirect } from '../../src/web/destinations.ts'

const ALLOWED = ['https://ci.example.com/job/', 'http://files.example.com:8080/out']

function outcome(url: string, allowed: readonly string[] = ALLOWED): string {
  try {
    return checkDestination(url, 'binary', allowed).href
  } catch (error) {
    if (error instanceof InputError) return error.message
    throw error
  }
}

describe('M6.1 addresses that may be used', () => {
  test.each([
    ['https://ci.example.com/job/hello/1/artifact/hello'],
    ['HTTPS://CI.Example.COM:443/job/hello'],
    ['https://ci.example.com/job/a%20b.bin?token=7'],
    ['https://ci.example.com/job/100%25'],
    ['http://files.example.com:8080/out'],
    ['http://files.example.com:8080/out/hello'],
    ['https://ci.example.com/x/../job/hello'],
  ])('%s', url => {
    expect(outcome(url)).toBe(new URL(url).href)
  })

  test.each([
    // Another scheme, host, port or folder.
    'ftp://ci.example.com/job/x',
    'file:///etc/passwd',
    'http://ci.example.com/job/x',
    'https://ci.example.com:8443/job/x',
    'https://ci.example.com/jobs/x',
    'https://ci.example.com/job',
    'http://files.example.com:8080/output',
    'http://files.example.com/out/x',
    'https://ci.example.com.evil.test/job/x',
    'https://ci.example.com./job/x',
    'https://xn--c-ifa.example.com/job/x',
    'https://cі.example.com/job/x',
    '//ci.example.com/job/x',
    'https:ci.example.com/job/x',
    'https:/ci.example.com/job/x',
    // Somebody else's host behind ours.
    'https://ci.example.com@evil.test/job/x',
    'https://ci.example.com%40evil.test/job/x',
    'https://:@ci.example.com/job/x',
    'https://u:p@ci.example.com/job/x',
    'https://evil.test\\@ci.example.com/job/x',
    'https://evil.test#@ci.example.com/job/x',
    'https://ci.example.com\\.evil.test/job/x',
    // Out of the folder, for us or for the server.
    'https://ci.example.com/job/../secret',
    'https://ci.example.com/job/%2e%2e/secret',
    'https://ci.example.com/job/.%2E/secret',
    'https://ci.example.com/job/..%2fsecret',
    'https://ci.example.com/job/..%5csecret',
    'https://ci.example.com/job/%252e%252e/secret',
    'https://ci.example.com/job/%25252e%25252e%25252fsecret',
    'https://ci.example.com/job/..;a=b/secret',
    'https://ci.example.com/job/a\\..\\..\\secret',
    'https://ci.example.com/job/%00x',
    'https://ci.example.com/job/%zz',
    'https://ci.example.com/job/x#fragment',
    // What readers of URLs let pass.
    ' https://ci.example.com/job/x',
    'https://ci.exa\tmple.com/job/x',
    'https://ci.example.com/job/x\r\nHost: evil.test',
    'https://[fe80::1%25eth0]/job/x',
    'https://ci.example.com:99999/job/x',
    'https:///job/x',
    `https://ci.example.com/job/${'x'.repeat(2_000)}`,
    '',
  ])('%j is none', url => {
    expect(outcome(url)).toMatch(/cannot be used|is not among the addresses/)
  })

  test('whatever is let through lies below one of them, as Node itself reads it, however its path is decoded', () => {
    const pieces = fc.constantFrom(
      'https://ci.example.com',
      '/job/',
      '/',
      '//',
      '\\',
      '@',
      ':',
      '..',
      '.',
      '%2e',
      '%252e',
      '%2f',
      '%5c',
      ';',
      '#',
      '?',
      'x',
      '%25',
      'evil.test',
      '%40',
      '\t',
      'http://',
      '[::1]',
    )
    let passed = 0
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 9 }), parts => {
        const text = `https://ci.example.com${parts.join('')}`
        const found = outcome(text)
        if (found !== URL.parse(text)?.href) return
        passed++
        const url = new URL(text)
        expect([url.origin, url.username, url.password, url.hash]).toEqual([
          'https://ci.example.com',
          '',
          '',
          '',
        ])
        for (let path = url.pathname, round = 0; round < 4; round++) {
          expect(new URL(path.replaceAll('\\', '/'), 'https://ci.example.com').pathname).toMatch(/^\/job\//)
          try {
            path = decodeURIComponent(path)
          } catch {
            break
          }
        }
      }),
      { numRuns: 5_000, examples: [[['/job/', 'x']]] },
    )
    expect(passed).toBeGreaterThan(10)
  })

  test('an address of the list itself is always one, whatever stands behind it in its folder', () => {
    const name = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), names => {
        const path = names.map(each => encodeURIComponent(each.replace(/[\\/.;%]/g, '_'))).join('/')
        expect(outcome(`https://ci.example.com/job/${path}`)).toBe(`https://ci.example.com/job/${path}`)
      }),
    )
  })

  test('what is refused says what may be used, and keeps what may be secret in it', () => {
    const refusal = (allowed: readonly string[]): unknown => {
      try {
        return checkDestination('https://evil.test/x?token=hunter2', 'binary', allowed)
      } catch (error) {
        return error
      }
    }
    expect(refusal([...ALLOWED, 'https://c.test/?key=hunter2'])).toMatchObject({
      code: 'address',
      message: 'https://evil.test/x?… is not among the addresses that may be used.',
      hint: 'Use one that begins with https://ci.example.com/job/ or http://files.example.com:8080/out or https://c.test/?…; an admin lists more in settings.http.binaries.',
    })
    expect(refusal([])).toMatchObject({
      hint: 'No addresses may be used yet; an admin lists their beginnings in settings.http.binaries.',
    })
    expect(outcome('https://u:hunter2@ci.example.com/job/')).not.toContain('hunter2')
  })

  test('a list that is none allows nothing', () => {
    for (const beginning of ['https://*/', 'ci.example.com', '', 'https://u:p@ci.example.com/'])
      expect(outcome('https://ci.example.com/job/x', [beginning])).toContain('is not among')
    const exact = ['https://ci.example.com/job?a=1']
    expect(outcome('https://ci.example.com/job?a=1', exact)).toBe('https://ci.example.com/job?a=1')
    expect(outcome('https://ci.example.com/job?a=2', exact)).toContain('is not among')
  })
})

describe('redirects', () => {
  const from = new URL('https://ci.example.com/job/a/x')
  const onto = (location: string): string => {
    try {
      return checkRedirect(from, location, 'binary', [...ALLOWED, 'http://ci.example.com/job/']).href
    } catch (error) {
      if (error instanceof InputError) return error.message
      throw error
    }
  }

  test('are read from where they stand', () => {
    expect(onto('y')).toBe('https://ci.example.com/job/a/y')
    expect(onto('/job/b#top')).toBe('https://ci.example.com/job/b')
  })

  test.each([
    ['http://ci.example.com/job/x', 'not encrypted any more'],
    ['//evil.test/job/x', 'is not among'],
    ['https://u:p@ci.example.com/job/x', 'a user name or a password'],
    ['../../secret', 'is not among'],
    ['file:///etc/passwd', 'not encrypted any more'],
    ['https://', 'no address'],
  ])('to %s are refused', (location, why) => {
    expect(onto(location)).toContain(why)
  })
})
