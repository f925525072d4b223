import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createNetworks, LOOPBACK } from '../../../src/http/callers/addresses.ts'
import { type Approach, hostName, keylessRefusal } from '../../../src/http/callers/keyless.ts'

const RULES = {
  networks: createNetworks([...LOOPBACK, '10.0.0.0/8']),
  hosts: new Set(['lab.example.com', '[fd00::5]']),
}

function approach(part: Partial<Approach> = {}, headers: Record<string, string | string[]> = {}): Approach {
  const all = { host: 'localhost:8080', 'user-agent': 'curl/8', ...headers }
  return {
    address: '127.0.0.1',
    local: '127.0.0.1',
    method: 'GET',
    target: '/api/v1/queue',
    ...part,
    headers: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, [value].flat()])),
  }
}

function codeOf(part: Partial<Approach>, headers: Record<string, string | string[]> = {}): string | null {
  const refusal = keylessRefusal(approach(part, headers), RULES)
  return refusal === null ? null : `${refusal.status} ${refusal.code}`
}

const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY')
const write = fc.constantFrom('POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY')
const trusted = fc.constantFrom(
  '127.0.0.1',
  '::1',
  '::ffff:127.0.0.1',
  '127.3.2.1',
  '10.9.8.7',
  '::ffff:10.0.0.1',
)
const harmless = fc.dictionary(
  fc.constantFrom(
    'accept',
    'user-agent',
    'content-type',
    'x-request-id',
    'idempotency-key',
    'traceparent',
    'cookie',
  ),
  fc.string(),
)
const PROXIES = [
  ...[
    'forwarded',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'x-forwarded',
    'forwarded-for',
  ],
  ...[
    'x-real-ip',
    'via',
    'cf-connecting-ip',
    'cf-ray',
    'true-client-ip',
    'x-client-ip',
    'x-cluster-client-ip',
  ],
  ...[
    'x-original-forwarded-for',
    'fastly-client-ip',
    'x-envoy-external-address',
    'x-amzn-trace-id',
    'client-ip',
  ],
  ...[
    'x-remote-ip',
    'x-remote-addr',
    'x-originating-ip',
    'x-original-host',
    'wl-proxy-client-ip',
    'cdn-loop',
  ],
  ...[
    'x_forwarded_for',
    'x_real_ip',
    'x-azure-clientip',
    'x-appengine-user-ip',
    'x-proxyuser-ip',
    'x-arr-log-id',
  ],
]

describe('keyless (design 6)', () => {
  it('lets in from this machine and trusted networks, called by a name of ours, whatever else is sent', () => {
    const host = fc.constantFrom(
      'localhost',
      'LOCALHOST:8080',
      'localhost.',
      '127.0.0.1:80',
      '[::1]:8080',
      'lab.example.com',
    )
    fc.assert(
      fc.property(trusted, method, host, harmless, (address, how, name, headers) => {
        expect(codeOf({ address, method: how }, { ...headers, host: name })).toBeNull()
      }),
      { numRuns: 200 },
    )
  })

  it('asks a key of every other address, whatever its headers say of it', () => {
    const address = fc.ipV4().filter(text => !/^(10|127)\./.test(text))
    const claim = fc.dictionary(
      fc.constantFrom(...PROXIES, 'host', 'origin'),
      fc.constantFrom('127.0.0.1', 'localhost'),
    )
    fc.assert(
      fc.property(
        fc.oneof(
          address,
          address.map(text => `::ffff:${text}`),
          fc.constant(undefined),
        ),
        method,
        claim,
        (from, how, headers) => {
          expect(codeOf({ address: from, method: how }, headers)).toBe('401 key-missing')
        },
      ),
      { numRuns: 200 },
    )
  })

  it('asks a key of whatever came through a proxy, though its address is this machine', () => {
    fc.assert(
      fc.property(
        trusted,
        method,
        fc.constantFrom(...PROXIES),
        fc.string(),
        harmless,
        (address, how, name, value, others) => {
          expect(codeOf({ address, method: how }, { ...others, [name]: value })).toBe('401 key-missing')
        },
      ),
      { numRuns: 300 },
    )
    expect(codeOf({ target: 'http://localhost:8080/api/v1/queue' })).toBe('401 key-missing')
  })

  it('refuses a name that is not ours: any page can give its own name our address', () => {
    const name = fc.oneof(
      fc.domain(),
      fc.constantFrom(
        'evil.example',
        'localhost.evil.example',
        '127.0.0.1.evil.example',
        'lab.example.com.evil.example',
      ),
      fc.constantFrom(
        '6.6.6.6',
        '[::2]',
        '0.0.0.0',
        'evil@localhost',
        'localhost@evil.example',
        'localhost,evil.example',
      ),
      fc.constantFrom(
        'localhost/x',
        'localhost#x',
        'localhost:x',
        'localhost:8080:1',
        'localhost ',
        '',
        '[::1',
        'xn--localhost',
      ),
    )
    fc.assert(
      fc.property(trusted, method, name, fc.constantFrom('', ':8080'), (address, how, host, port) => {
        fc.pre(host !== 'lab.example.com')
        expect(codeOf({ address, method: how }, { host: `${host}${port}` })).toBe('403 host')
      }),
      { numRuns: 300 },
    )
    expect(codeOf({}, { host: ['localhost', 'localhost'] })).toBe('403 host')
    expect(codeOf({}, { host: [] })).toBe('403 host')
  })

  it('may be called by the very address that it came in at, which no name can take', () => {
    const at = (local: string, host: string): string | null =>
      codeOf({ address: '10.0.0.9', local }, { host })
    expect(at('10.0.0.5', '10.0.0.5:8080')).toBeNull()
    expect(at('::ffff:10.0.0.5', '10.0.0.5')).toBeNull()
    expect(at('fe80::5%eth0', '[FE80:0::5]:8080')).toBeNull()
    expect(at('10.0.0.5', '10.0.0.6:8080')).toBe('403 host')
  })

  it('refuses what a page of another site writes, and lets it read what it cannot see', () => {
    const foreign = fc.oneof<fc.Arbitrary<Record<string, string | string[]>>[]>(
      fc.webUrl().map(url => ({ origin: new URL(url).origin })),
      fc
        .constantFrom('null', '', 'http://localhost', 'http://localhost:3000', 'https://localhost:8080')
        .map(origin => ({ origin })),
      fc
        .constantFrom('http://localhost:8080.evil.example', 'http://localhost:8080/', 'HTTP://LOCALHOST:8080')
        .map(origin => ({ origin })),
      fc
        .constantFrom('cross-site', 'same-site', '', 'Same-Origin', 'same-origin, cross-site')
        .map(site => ({ 'sec-fetch-site': site })),
      fc.constant({ origin: ['http://localhost:8080', 'http://evil.example'] }),
      fc.constant({ 'sec-fetch-site': ['same-origin', 'cross-site'] }),
    )
    fc.assert(
      fc.property(trusted, write, foreign, (address, how, headers) => {
        expect(codeOf({ address, method: how }, headers)).toBe('403 foreign-page')
        expect(codeOf({ address, method: 'GET' }, headers)).toBeNull()
      }),
      { numRuns: 300 },
    )
  })

  it('lets our own pages and programs write', () => {
    const origin = 'http://localhost:8080'
    fc.assert(
      fc.property(trusted, write, fc.constantFrom('same-origin', 'none'), (address, how, site) => {
        expect(codeOf({ address, method: how }, { origin, 'sec-fetch-site': site })).toBeNull()
        expect(codeOf({ address, method: how }, { 'sec-fetch-site': site })).toBeNull()
        expect(codeOf({ address, method: how }, { origin })).toBeNull()
      }),
    )
    expect(
      codeOf({ method: 'POST' }, { host: 'lab.example.com:80', origin: 'http://lab.example.com' }),
    ).toBeNull()
  })

  it('says why and what to do, and shows of a long header only its beginning', () => {
    const told = (part: Partial<Approach>, headers: Record<string, string> = {}) =>
      keylessRefusal(approach(part, headers), RULES)
    expect(told({ address: '::ffff:192.0.2.7' })?.detail).toBe('192.0.2.7 may not call without a key.')
    expect(told({}, { 'x-forwarded-for': '127.0.0.1' })?.detail).toBe(
      'The request came through a proxy (it has the header x-forwarded-for), so who sent it is not known without a key.',
    )
    expect(told({}, { host: 'evil.example:80' })?.detail).toBe(
      'The lab was called as evil.example:80, which is not a name of its own.',
    )
    const page = told({ method: 'POST' }, { origin: `http://${'a'.repeat(5_000)}` })
    expect(page?.detail).toMatch(/^A page of http:\/\/a{73}… may not change anything here/)
    expect(page?.hint).toBe('Call from a program, or send a key.')
  })

  it('reads any host without throwing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), host => void hostName(host)),
      { numRuns: 300 },
    )
    expect(hostName('[FD00:0:0::5]:80')).toBe('[fd00::5]')
  })
})
