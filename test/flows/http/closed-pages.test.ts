import { afterAll, beforeAll, expect, test } from 'vitest'
import { API_KEYS, KEYS, type Office, openOffice } from './office.ts'

let office: Office
beforeAll(async () => {
  office = await openOffice({ env: { API_KEYS }, settings: { http: { pages_need_key: true } } })
  await office.world.finished(await office.world.start('run-test socA --shell "echo mark-of-a-log"'))
})
afterAll(() => office.close())

const PAGES = [
  '/',
  '/artifacts',
  '/artifacts/T1',
  '/artifacts/T1/',
  '/artifacts/T1/console.log',
  '/artifacts/T1/output.log?raw',
  '/artifacts/T1/output.log?download',
  '/live/lab',
  '/live/run/T1',
  '/live/log/T1/output.log/lines',
  '/live/log/T1/output.log/find?q=mark',
  '/live/log/T1/output.log/events',
  '/api/v1/docs',
  '/api/v1/openapi.json',
]

test('where pages are for callers alone, none of them shows anything without a key, not even that it is there', async () => {
  for (const accept of ['text/html', '*/*', 'application/json', 'text/event-stream'])
    for (const path of [...PAGES, '/artifacts/T999', '/artifacts/T1/none'])
      for (const method of ['GET', 'HEAD']) {
        if (method === 'HEAD' && path.endsWith('/events')) continue
        const answer = await office.ask(path, { method, headers: { accept } })
        const isLive = method === 'HEAD' && path.startsWith('/live/')
        expect([method, path, answer.status]).toEqual([
          method,
          path,
          isLive ? (expect.toBeOneOf([401, 405]) as number) : 401,
        ])
        expect(answer.text).not.toContain('mark-of-a-log')
      }
  // A browser sends it as a password; the name beside it is nobody's.
  const basic = (pair: string) => ({ authorization: `Basic ${btoa(pair)}` })
  const open = PAGES.filter(path => !path.endsWith('/events') && !/^\/live\/(lab|run)/.test(path))
  for (const path of open)
    expect([path, (await office.ask(path, { headers: basic(`x:${KEYS.mei}`) })).status]).toEqual([
      path,
      expect.toBeOneOf([200, 308]) as number,
    ])
  for (const pair of [`${KEYS.mei}:`, `${KEYS.mei}:x`, `x:${KEYS.mei}x`, ':', 'admin:admin'])
    expect((await office.ask('/', { headers: basic(pair), from: '127.0.0.7' })).status).toBe(401)
  expect(office.world.errors).toEqual([])
})
