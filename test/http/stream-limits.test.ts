import { expect, test } from 'vitest'
import { until } from '../until.ts'
import { dial, get, startRig } from './rig.ts'

test('readers of pages, however many, take no stream from those who call the API', async () => {
  const { port } = await startRig({ limits: { streams: 2 } })
  const pages = await Promise.all([1, 2].map(() => dial(port)))
  for (const page of pages) page.socket.write('GET /live/lab HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await until(() => pages.every(page => page.seen().includes('text/event-stream')), 'both are open')
  expect((await get(port, '/live/lab')).status).toBe(503)
  const caller = await dial(port)
  caller.socket.write('GET /api/v1/events?topic=queue HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await until(() => caller.seen().includes('text/event-stream'), 'the caller has one')
})
