import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { read, wrong } from './read.ts'

function httpOf(text: string): ReturnType<typeof read>['settings']['http'] {
  return read(`settings: {http: {${text}}}\nboards: []\n`).settings.http
}

function wrongIn(text: string): readonly string[] {
  return wrong(`settings:\n  http:\n    ${text}\nboards: []\n`)
}

describe('settings.http', () => {
  it('lets those without a key be users, shows pages to all and calls nobody, in a file that says nothing of it', () => {
    const closed = { keylessRole: 'user', pagesNeedKey: false, binaries: [], callbacks: [], networks: [] }
    expect(read('boards: []\n').settings.http).toEqual(closed)
    expect(httpOf('')).toEqual(closed)
  })

  it('is read in the words of the file', () => {
    const text = `keyless_role: operator, pages_need_key: true, binaries: ["https://CI.example.com:443/job/"],
      callbacks: [http://10.1.2.3:8080], networks: [10.0.0.0/8, "fd00::1"]`
    expect(httpOf(text)).toEqual({
      keylessRole: 'operator',
      pagesNeedKey: true,
      binaries: ['https://ci.example.com/job/'],
      callbacks: ['http://10.1.2.3:8080/'],
      networks: ['10.0.0.0/8', 'fd00::1/128'],
    })
  })

  it('has the host of each address end: no other host begins with it', () => {
    const word = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?$/).filter(one => !one.includes('--'))
    const host = fc.tuple(fc.array(word, { maxLength: 2 }), fc.constantFrom('example', 'lab'))
    const written = fc
      .tuple(fc.constantFrom('http', 'https'), host, fc.constantFrom('', ':8443'))
      .map(([scheme, [words, last], port]) => `${scheme}://${[...words, last].join('.')}${port}`)
    const tail = fc.oneof(
      fc.constantFrom('.evil.org', '@evil.org', ':evil@evil.org', '0', '%2eevil.org', '\\@evil.org', ':1'),
      word,
    )
    fc.assert(
      fc.property(written, tail, (address, more) => {
        const [beginning = ''] = httpOf(`binaries: ["${address}"]`).binaries
        expect(beginning).toBe(`${address}/`)
        const other = URL.parse(`${address}${more}/x`)
        if (other === null || other.host === new URL(address).host) return
        expect(other.href.startsWith(beginning)).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  it.each([
    'ci.example.com',
    'ftp://ci.example.com/',
    'https://',
    'https://me:swordfish@ci.example.com/',
    'https://:swordfish@ci.example.com/',
    'https://ci.example.com/?job=1',
    'https://ci.example.com/#job',
    'https://ci.example.com/?',
    'https://*.example.com/',
  ])('refuses %s as a beginning, with its place and without repeating it', address => {
    expect(wrongIn(`callbacks: [https://a.example.com, "${address}"]`)).toEqual([
      '3:40  settings.http.callbacks[1]: is no beginning of an address such as https://ci.example.com/job/',
    ])
  })

  it.each([
    ['networks: [10.0.0.0/33]', '3:16  settings.http.networks[0]: is no network such as 10.0.0.0/8'],
    ['networks: [lab.example.com]', '3:16  settings.http.networks[0]: is no network such as 10.0.0.0/8'],
    [
      'keyless_role: oprator',
      '3:19  settings.http.keyless_role: "oprator" is none of user, operator, admin. Did you mean operator?',
    ],
    [
      'pages_need_key: sometimes',
      '3:21  settings.http.pages_need_key: expected true or false, found "sometimes"',
    ],
    [
      'pages_needs_key: true',
      '3:5  settings.http.pages_needs_key: unknown key. Did you mean pages_need_key?',
    ],
    [
      'binaries: https://a.example.com/',
      '3:15  settings.http.binaries: expected a list, found "https://a.example.com/"',
    ],
  ])('says of %s where and what', (text, problem) => {
    expect(wrongIn(text)).toEqual([problem])
  })
})
