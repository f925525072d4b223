import { expect, test } from 'vitest'
import { until } from '../until.ts'
import { dial, get, startRig } from './rig.ts'

const IDLE_MS = 40

test('who waits for an answer is not cut, however long it takes to make it', async () => {
  const { port } = await startRig({
    timeouts: { idleMs: IDLE_MS },
    handlers: [
      {
        path: '/slow',
        handle(request, response) {
          let silences = 0
          request.socket.on('timeout', () => {
            if (++silences === 3) response.end('at last')
          })
        },
      },
    ],
  })
  expect(await get(port, '/slow')).toMatchObject({ status: 200, text: 'at last' })
})

test('a sender that stops in the middle is cut', async () => {
  const { port } = await startRig({
    timeouts: { idleMs: IDLE_MS },
    handlers: [{ path: '/slow', handle: request => void request.resume() }],
  })
  const slow = await dial(port)
  slow.socket.write('POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf')
  await until(() => slow.closed(), 'the connection to be closed')
  expect(slow.seen()).toBe('')
})
