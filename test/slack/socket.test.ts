import type { SocketModeClient } from '@slack/socket-mode'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createFakeClock } from '../fake-clock.ts'
import { until } from '../until.ts'
import { clientOf, socketClientOf, withStub } from './clients.ts'
import type { SlackStub } from './stub.ts'

type Heard = {
  envelope_id: string
  type: string
  retry_num?: number
  ack: (body?: unknown) => Promise<void>
  body: { event?: { text?: string } }
}

/** For a client that comes back at once, not after 5 s. */
const QUICK_MS = 300

async function connected(
  stub: SlackStub,
  hear: (heard: Heard) => unknown,
  use: (client: SocketModeClient) => Promise<void>,
  pingMs?: number,
): Promise<void> {
  const client = socketClientOf(stub, pingMs)
  client.on('slack_event', (heard: Heard) => void hear(heard))
  await client.start()
  try {
    await use(client)
  } finally {
    await client.disconnect()
  }
}

/** Whoever acknowledges all that is heard, and keeps it. */
function acknowledging(): { heard: Heard[]; hear(each: Heard): Promise<void> } {
  const heard: Heard[] = []
  return {
    heard,
    async hear(each) {
      heard.push(each)
      await each.ack()
    },
  }
}

const texts = (heard: readonly Heard[]): (string | undefined)[] => heard.map(({ body }) => body.event?.text)

test('an address is good for one connection, and for eleven there is no room', async () => {
  await withStub({}, async stub => {
    const client = clientOf(stub, { token: stub.env()['SLACK_APP_TOKEN'] ?? '' })
    const open: WebSocket[] = []
    const connect = (url: string): Promise<string> => {
      const { promise, resolve } = Promise.withResolvers<string>()
      const socket = new WebSocket(url)
      open.push(socket)
      socket.on('message', data => resolve(String((JSON.parse(String(data)) as { type: string }).type)))
      socket.on('error', error => resolve(error.message))
      return promise
    }
    const { url = '' } = await client.apps.connections.open({})
    expect(await connect(url)).toBe('hello')
    expect(await connect(url)).toBe('Unexpected server response: 401')
    for (let each = 1; each < 10; each++)
      expect(await connect((await client.apps.connections.open({})).url ?? '')).toBe('hello')
    expect(stub.socket.connections).toBe(10)
    for (const socket of open) socket.terminate()
  })
})

test('what is not acknowledged within 3 s is Slack’s own error to the person, and a complaint', async () => {
  const clock = createFakeClock()
  await withStub({ clock }, async stub => {
    const heard: Heard[] = []
    await connected(
      stub,
      each => heard.push(each),
      async () => {
        const mei = stub.person('mei')
        const asked = mei.slash('/lab', 'boards', stub.channel('lab'))
        await until(() => heard.length === 1, 'the command')
        await clock.pass(3_000)
        expect(await asked).toMatchObject({ kind: 'none', reason: 'timeout' })
        expect(mei.troubles).toEqual(['/lab failed with the error "operation_timeout"'])
        expect(stub.complaints).toMatchObject([{ code: 'ack-late', where: 'slash_commands' }])
      },
    )
  })
})

test('an event is told again at once, after one minute and after five, until it is acknowledged', async () => {
  const clock = createFakeClock()
  await withStub({ clock, rights: { events: ['message.im'] } }, async stub => {
    const heard: Heard[] = []
    const hear = async (each: Heard): Promise<void> => {
      heard.push(each)
      if (heard.length === 4) await each.ack()
    }
    await connected(stub, hear, async () => {
      stub.person('mei').tell('boards')
      for (const [count, ms] of [
        [1, 3_000],
        [2, 3_000],
        [2, 60_000],
        [3, 3_000],
        [3, 300_000],
        [4, 600_000],
      ] as const) {
        await until(() => heard.length === count, `attempt ${count}`)
        await clock.pass(ms)
      }
      expect(heard.map(each => each.retry_num)).toEqual([0, 1, 2, 3])
      expect(new Set(heard.map(each => each.envelope_id)).size).toBe(4)
    })
  })
})

test('without a command being asked twice: a cut before the acknowledgement is an error to the person', async () => {
  await withStub({}, async stub => {
    const heard: Heard[] = []
    await connected(
      stub,
      each => heard.push(each),
      async client => {
        const mei = stub.person('mei')
        stub.faults.planEvent('cut', 'slash_commands')
        const again = new Promise(resolve => client.once('connected', resolve))
        expect(await mei.slash('/lab', 'boards', stub.channel('lab'))).toMatchObject({
          kind: 'none',
          reason: 'connection_failed',
        })
        expect(mei.troubles).toEqual(['/lab failed with the error "dispatch_failed"'])
        await again
        expect(stub.complaints).toEqual([])
        expect(heard.length).toBeLessThanOrEqual(1)
      },
      QUICK_MS,
    )
  })
})

test('what happens while nobody is connected is told after the next connection; a click is not', async () => {
  await withStub({ rights: { events: ['message.im'] } }, async stub => {
    const mei = stub.person('mei')
    mei.tell('while you were away')
    await mei.slash('/lab', 'boards', stub.channel('lab'))
    expect(mei.troubles).toHaveLength(1)
    const { heard, hear } = acknowledging()
    await connected(stub, hear, async () => {
      await until(() => heard.length === 1, 'the event')
      expect(texts(heard)).toEqual(['while you were away'])
    })
  })
})

test('a disconnect frame: the client comes back, and hears what follows', async () => {
  await withStub({ rights: { events: ['message.im'] } }, async stub => {
    const { heard, hear } = acknowledging()
    await connected(
      stub,
      hear,
      async client => {
        const again = new Promise(resolve => client.once('connected', resolve))
        stub.socket.disconnect('refresh_requested')
        await again
        stub.person('mei').tell('back again')
        await until(() => texts(heard).includes('back again'), 'the event')
      },
      QUICK_MS,
    )
  })
})

test('on request envelopes come twice, again as a retry, and in another order', async () => {
  await withStub({ rights: { events: ['message.im'] } }, async stub => {
    const { heard, hear } = acknowledging()
    await connected(stub, hear, async () => {
      const mei = stub.person('mei')
      stub.faults.planEvent('twice')
      stub.faults.planEvent('again')
      mei.tell('one')
      mei.tell('two')
      await until(() => heard.length === 4, 'four envelopes')
      expect(new Set(heard.slice(0, 2).map(each => each.envelope_id)).size).toBe(1)
      expect(heard.slice(2).map(each => each.retry_num)).toEqual([0, 1])
      stub.delivery.hold()
      mei.tell('three')
      mei.tell('four')
      stub.delivery.release('reversed')
      await until(() => heard.length === 6, 'six envelopes')
      expect(texts(heard)).toEqual(['one', 'one', 'two', 'two', 'four', 'three'])
      expect(stub.complaints).toEqual([])
    })
  })
})

test('an acknowledgement of nothing, or one that says something nobody asked for, is a complaint', async () => {
  await withStub({ rights: { events: ['message.im'] } }, async stub => {
    const hear = async (each: Heard): Promise<void> => {
      await each.ack({ text: 'thanks' })
      await each.ack()
    }
    await connected(stub, hear, async () => {
      stub.person('mei').tell('hello')
      await until(() => stub.complaints.length === 2, 'two complaints')
      expect(stub.complaints.map(({ code }) => code)).toEqual(['payload_not_accepted', 'unknown_envelope'])
    })
  })
})

test('a connection that has frozen: the client finds out by itself and comes back', async () => {
  await withStub({ rights: { events: ['message.im'] } }, async stub => {
    const { heard, hear } = acknowledging()
    await connected(
      stub,
      hear,
      async client => {
        const again = new Promise(resolve => client.once('connected', resolve))
        stub.socket.freeze()
        await again
        stub.person('mei').tell('back again')
        stub.person('mei').tell('and once more')
        await until(() => heard.length > 0, 'one of the events')
      },
      QUICK_MS,
    )
  })
})

test('an acknowledgement that comes when the 3 s are over is none, though it comes', async () => {
  const clock = createFakeClock()
  await withStub({ clock }, async stub => {
    const hear = async (each: Heard): Promise<void> => {
      clock.stall(3_001)
      await each.ack()
    }
    await connected(stub, hear, async () => {
      const answer = await stub.person('mei').slash('/lab', '', stub.channel('lab'))
      expect(answer).toMatchObject({ kind: 'none', reason: 'timeout' })
      expect(stub.complaints).toMatchObject([{ code: 'ack-late' }])
    })
  })
})
