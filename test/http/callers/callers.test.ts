import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { laneOfCaller } from '../../../src/http/callers/callers.ts'
import { ADMIN_KEY, basic, bearer, KEYS, openDoor, USER_KEY } from './door.ts'

describe('who calls (I3)', () => {
  it('is whoever the key stands for, plain or by its sum', async () => {
    const hex = createHash('sha256').update('the key that nobody wrote down').digest('hex')
    const door = await openDoor({
      keys: [...KEYS, { name: 'night', role: 'operator', key: { kind: 'sha256', hex } }],
    })
    expect((await door.ask(bearer(USER_KEY))).caller).toEqual({
      person: { id: 'ci', name: 'ci', platform: 'http' },
      role: 'user',
      where: 'http 127.0.0.1',
    })
    expect((await door.ask(bearer(ADMIN_KEY))).caller).toMatchObject({ person: { id: 'ops' }, role: 'admin' })
  })

  it('is local without keys from this machine, with the role that the setting has now', async () => {
    let role: 'user' | 'operator' = 'user'
    const door = await openDoor({ keylessRole: () => role })
    const local = { person: { id: 'local', name: 'local', platform: 'http' }, where: 'http 127.0.0.1' }
    expect((await door.ask()).caller).toEqual({ ...local, role: 'user' })
    role = 'operator'
    expect((await door.ask()).caller).toEqual({ ...local, role: 'operator' })
  })

  it('needs a key on this machine, too, once there are keys, unless a network says otherwise', async () => {
    const door = await openDoor({ keys: KEYS, trusted: ['127.0.0.2/32'] })
    expect(await door.ask()).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': 'Bearer realm="boardroom"', 'content-type': 'application/problem+json' },
    })
    expect((await door.ask({ from: '127.0.0.2' })).caller).toMatchObject({
      person: { id: 'local' },
      where: 'http 127.0.0.2',
    })
  })

  it('is told by the key even where none is needed, and a wrong one is never passed over', async () => {
    const door = await openDoor({ keys: KEYS, trusted: ['127.0.0.0/8'] })
    expect((await door.ask(bearer(ADMIN_KEY))).caller).toMatchObject({ person: { id: 'ops' }, role: 'admin' })
    expect((await door.ask(bearer('wrong'))).status).toBe(401)
    const keyless = await openDoor()
    expect((await keyless.ask(bearer(USER_KEY))).status).toBe(401)
  })

  it('does not become this machine by headers that say so (forwarded, host, key in the address)', async () => {
    const door = await openDoor({ keys: KEYS, trusted: ['127.0.0.9/32'] })
    for (const name of ['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'CF-Connecting-IP', 'True-Client-IP']) {
      const value = name === 'Forwarded' ? 'for=127.0.0.9' : '127.0.0.9'
      expect((await door.ask({ headers: { [name]: value } })).status).toBe(401)
      expect((await door.ask({ headers: { [name]: value }, from: '127.0.0.9' })).status).toBe(401)
      const keyed = await door.ask({ headers: { ...bearer(USER_KEY).headers, [name]: value } })
      expect(keyed.caller?.where).toBe('http 127.0.0.1')
    }
    expect((await door.ask({ path: `/api/v1/x?access_token=${ADMIN_KEY}` })).status).toBe(401)
    expect((await door.ask({ headers: { Cookie: `key=${ADMIN_KEY}` } })).status).toBe(401)
  })

  it('is refused with a name that is not ours, and with a foreign page behind a write', async () => {
    const door = await openDoor({ hosts: ['LAB.example.com', '::1', '0.0.0.0'] })
    expect((await door.ask({ headers: { Host: 'evil.example' } })).status).toBe(403)
    for (const Host of ['lab.example.com', '[::1]:8080', '0.0.0.0:8080', `127.0.0.1:${door.port}`])
      expect((await door.ask({ headers: { Host } })).status, Host).toBe(200)
    const foreign = { Origin: 'http://evil.example' }
    const refused = await door.ask({ method: 'POST', headers: foreign })
    expect(refused.status).toBe(403)
    expect(JSON.parse(refused.text)).toMatchObject({
      code: 'foreign-page',
      hint: expect.stringContaining('key'),
    })
    expect(
      (await door.ask({ method: 'POST', headers: { Origin: `http://127.0.0.1:${door.port}` } })).status,
    ).toBe(200)
    const keyed = await openDoor({ keys: KEYS })
    const headers = { ...bearer(USER_KEY).headers, ...foreign, Host: 'evil.example' }
    expect((await keyed.ask({ method: 'POST', headers })).status).toBe(200)
  })
})

describe('keys that are none', () => {
  it('are refused with what to do, and never repeated, whatever their length', async () => {
    const door = await openDoor({ keys: KEYS })
    const near = [USER_KEY.slice(0, -1), `${USER_KEY}x`, USER_KEY.toUpperCase(), 'x', 'y'.repeat(8_000)]
    for (const key of near) {
      const { status, headers, text } = await door.ask(bearer(key))
      expect(status).toBe(401)
      expect(headers['www-authenticate']).toBe('Bearer realm="boardroom", error="invalid_token"')
      expect(JSON.parse(text)).toMatchObject({ code: 'key-wrong', hint: expect.stringContaining('API_KEYS') })
      if (key.length > 1) expect(text).not.toContain(key)
    }
  })

  it.each([
    ['', 'is empty.'],
    ['Bearer', 'is no word Bearer with a key behind it.'],
    [USER_KEY, 'is no word Bearer with a key behind it.'],
    [`Bearer ${USER_KEY}, Bearer ${ADMIN_KEY}`, 'is no word Bearer with a key behind it.'],
    [`Token ${USER_KEY}`, 'begins with neither Bearer nor Basic.'],
  ])('are refused when they cannot be read: %s', async (Authorization, why) => {
    const door = await openDoor({ keys: KEYS, trusted: ['127.0.0.0/8'] })
    const { status, headers, text } = await door.ask({ headers: { Authorization } })
    expect(status).toBe(401)
    expect(headers['www-authenticate']).toMatch(/^Bearer/)
    expect(JSON.parse(text).detail).toBe(`The Authorization header ${why}`)
    expect(text).not.toContain(USER_KEY)
  })

  it('are no key of the API when they come as a password, which browsers send unasked', async () => {
    const door = await openDoor({ keys: KEYS })
    expect(await door.ask({ headers: basic(ADMIN_KEY) })).toMatchObject({
      status: 401,
      headers: { 'www-authenticate': expect.stringMatching(/^Bearer/) },
    })
  })

  it('bar their address after 20 a minute, but for a key that was right from there before', async () => {
    const door = await openDoor({ keys: KEYS })
    expect((await door.ask(bearer(USER_KEY))).status).toBe(200)
    for (let i = 0; i < 20; i++) expect((await door.ask(bearer(`wrong-${i}`))).status).toBe(401)
    await door.clock.pass(20_500)
    for (const key of ['swordfish', ADMIN_KEY]) {
      const barred = await door.ask(bearer(key))
      expect(barred).toMatchObject({ status: 429, headers: { 'retry-after': '40' } })
      expect(barred.text).not.toContain(key)
    }
    expect((await door.ask(bearer(USER_KEY))).status).toBe(200)
    expect((await door.ask({ ...bearer(ADMIN_KEY), from: '127.0.0.2' })).status).toBe(200)
    await door.clock.pass(39_500)
    expect((await door.ask(bearer(ADMIN_KEY))).status).toBe(200)
  })
})

describe('headers that were made to break out', () => {
  /** As bytes, since no client would send them. */
  async function raw(port: number, head: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    let text = ''
    const socket = connect(port, '127.0.0.1', () => socket.end(head, 'latin1'))
    socket.setEncoding('latin1')
    socket.on('data', (piece: string) => {
      text += piece
    })
    socket.on('error', reject).on('close', () => resolve(text))
    return await promise
  }

  it('get in nowhere: no header of an answer and no word for the audit is theirs', async () => {
    const door = await openDoor({ keys: KEYS })
    const bad = fc.constantFrom('\r\n', '\n', '\r', '\0', '\r\n ', '%0d%0a', '\u00e5\u0085')
    const name = fc.constantFrom('Authorization', 'Host', 'Origin', 'X-Forwarded-For')
    await fc.assert(
      fc.asyncProperty(name, bad, fc.boolean(), async (header, cut, hasKey) => {
        const key = hasKey ? `Authorization: Bearer ${USER_KEY}\r\n` : ''
        const host = header === 'Host' ? '' : 'Host: localhost\r\n'
        const answer = await raw(
          door.port,
          `POST /api/v1/x HTTP/1.1\r\n${host}${key}${header}: Bearer a${cut}X-Evil: 1${cut}\r\nConnection: close\r\n\r\n`,
        )
        const [head = '', body = ''] = answer.split('\r\n\r\n')
        expect(head).toMatch(/^HTTP\/1\.1 (200|400|401|429) /)
        expect(head.toLowerCase()).not.toContain('evil')
        if (head.startsWith('HTTP/1.1 200')) expect(body).toContain('"where":"http 127.0.0.1"')
      }),
      { numRuns: 120 },
    )
  })

  it('two keys in two headers are none: each reader might take another', async () => {
    const door = await openDoor({ keys: KEYS })
    for (const keys of [
      [USER_KEY, ADMIN_KEY],
      ['wrong', ADMIN_KEY],
    ]) {
      const lines = keys.map(key => `Authorization: Bearer ${key}\r\n`).join('')
      const answer = await raw(
        door.port,
        `GET /api/v1/x HTTP/1.1\r\nHost: localhost\r\n${lines}Connection: close\r\n\r\n`,
      )
      expect(answer).toMatch(/^HTTP\/1\.1 401 /)
      expect(answer).toContain('is there more than once')
    }
  })
})

it('callers without a key have a lane for each address, those with one a lane for each key', () => {
  const caller = (id: string, where: string) => ({
    person: { id, name: id, platform: 'http' },
    role: 'user' as const,
    where,
  })
  expect(laneOfCaller(caller('local', 'http 10.0.0.1'))).not.toBe(
    laneOfCaller(caller('local', 'http 10.0.0.2')),
  )
  expect(laneOfCaller(caller('ci', 'http 10.0.0.1'))).toBe(laneOfCaller(caller('ci', 'http 10.0.0.2')))
})
