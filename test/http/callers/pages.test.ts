import { describe, expect, it } from 'vitest'
import { basic, bearer, KEYS, openDoor, USER_KEY } from './door.ts'

describe('pages', () => {
  const page = { path: '/page' }

  it('are open to whoever reaches the port', async () => {
    const door = await openDoor({ keys: KEYS })
    for (const headers of [{}, { Host: 'evil.example' }, { 'X-Forwarded-For': '6.6.6.6' }, basic('wrong')])
      expect((await door.ask({ ...page, headers })).status).toBe(200)
  })

  it('ask a browser for a key where a setting says so, and take it as a password or behind Bearer', async () => {
    const door = await openDoor({ keys: KEYS, pagesNeedKey: () => true })
    const asked = await door.ask({ ...page, headers: { Accept: 'text/html' } })
    expect(asked.status).toBe(401)
    expect(asked.headers['www-authenticate']).toBe('Basic realm="boardroom", charset="UTF-8"')
    expect(asked.text).toContain('Give a key as the password')
    expect((await door.ask({ ...page, headers: basic(USER_KEY) })).status).toBe(200)
    expect((await door.ask({ ...page, ...bearer(USER_KEY) })).status).toBe(200)
    for (const headers of [basic('wrong'), basic(''), basic('', USER_KEY), { Authorization: 'Basic' }])
      expect((await door.ask({ ...page, headers })).status).toBe(401)
  })

  it('need none where callers need none, and a key after all under a name that is not ours', async () => {
    const door = await openDoor({ pagesNeedKey: () => true })
    expect((await door.ask(page)).status).toBe(200)
    const asked = await door.ask({ ...page, headers: { Host: 'evil.example' } })
    expect(asked.status).toBe(401)
    expect(asked.headers['www-authenticate']).toMatch(/^Basic/)
  })

  it('count wrong passwords like wrong keys', async () => {
    const door = await openDoor({ keys: KEYS, pagesNeedKey: () => true })
    for (let i = 0; i < 20; i++) await door.ask({ ...page, headers: basic(`wrong ${i}`) })
    expect((await door.ask({ ...page, headers: basic(USER_KEY) })).status).toBe(429)
    expect((await door.ask(bearer(USER_KEY))).status).toBe(429)
  })
})
