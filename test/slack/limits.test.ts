import type { ModalView } from '@slack/types'
import { WebAPIRateLimitedError } from '@slack/web-api'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createFakeClock } from '../fake-clock.ts'
import { clientOf, refusalOf, startBolt, withStub } from './clients.ts'
import { createLimits } from './limits.ts'

const MODAL: ModalView = {
  type: 'modal',
  title: { type: 'plain_text', text: 'Run' },
  blocks: [{ type: 'section', text: { type: 'plain_text', text: 'Loading' } }],
}

test('chat.update: fifty a minute for the whole workspace, then 429 with how long to wait', async () => {
  const clock = createFakeClock()
  await withStub({ clock }, async stub => {
    const client = clientOf(stub)
    const channel = stub.channel('lab').id
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'card' })
    for (let made = 0; made < 50; made++) await client.chat.update({ channel, ts, text: `${made}` })
    clock.stall(20_000)
    const error = await client.chat.update({ channel, ts, text: 'more' }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(WebAPIRateLimitedError)
    expect(error).toMatchObject({ retryAfter: 40 })
    expect(stub.complaints).toEqual([
      { code: 'ratelimited', where: 'chat.update', detail: 'tier3: again in 40 s' },
    ])
    clock.stall(40_000)
    expect(await refusalOf(client.chat.update({ channel, ts, text: 'more' }))).toBe('ok')
  })
})

test('chat.postMessage: a burst of ten, then one a second, in each channel', async () => {
  const clock = createFakeClock()
  await withStub({ clock }, async stub => {
    const client = clientOf(stub)
    const post = async (channel: string): Promise<unknown> =>
      await client.chat.postMessage({ channel, text: 'x' }).then(
        () => 'ok',
        (error: unknown) => error,
      )
    const channel = stub.channel('lab').id
    for (let made = 0; made < 10; made++) expect(await post(channel)).toBe('ok')
    expect(await post(channel)).toMatchObject({ retryAfter: 1 })
    expect(await post(stub.channel('other').id)).toBe('ok')
    clock.stall(1_000)
    expect(await post(channel)).toBe('ok')
    expect(await post(channel)).toMatchObject({ retryAfter: 1 })
  })
})

test('whatever the pace, no minute has more calls than the tier allows, and who waits as told goes on', () => {
  const tiers = fc.constantFrom(['tier2', 20] as const, ['tier3', 50] as const, ['tier4', 100] as const)
  fc.assert(
    fc.property(
      tiers,
      fc.array(fc.integer({ min: 0, max: 4_000 }), { maxLength: 200 }),
      ([tier, most], gaps) => {
        const clock = createFakeClock()
        const limits = createLimits(clock)
        const taken: number[] = []
        for (const gap of gaps) {
          clock.stall(gap)
          const seconds = limits.take('m', tier, '')
          if (seconds !== null) {
            clock.stall(seconds * 1000)
            expect(limits.take('m', tier, '')).toBeNull()
          }
          taken.push(clock.mono())
          expect(taken.filter(at => clock.mono() - at < 60_000).length).toBeLessThanOrEqual(most)
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('a trigger opens one modal, within 3 s; a modal on it may carry two more', async () => {
  const clock = createFakeClock()
  await withStub({ clock }, async stub => {
    const triggers: string[] = []
    const client = clientOf(stub)
    const running = await startBolt(stub, 'socket', app => {
      app.command('/lab', async ({ ack, command }) => {
        triggers.push(command.trigger_id)
        await ack()
      })
    })
    const mei = stub.person('mei')
    const trigger = async (): Promise<string> => {
      await mei.slash('/lab', '', stub.channel('lab'))
      return triggers.at(-1) ?? ''
    }
    const open = async (trigger_id: string): Promise<string> =>
      await refusalOf(client.views.open({ trigger_id, view: MODAL }))
    const first = await trigger()
    expect(await open(first)).toBe('ok')
    expect(await open(first)).toBe('exchanged_trigger_id')
    const late = await trigger()
    clock.stall(3_001)
    expect(await open(late)).toBe('expired_trigger_id')
    expect(await open('made.up')).toBe('invalid_trigger_id')
    const bad = {
      ...MODAL,
      title: { type: 'plain_text' as const, text: 'A title of more than 24 characters' },
    }
    expect(await refusalOf(client.views.open({ trigger_id: await trigger(), view: bad }))).toBe(
      'invalid_arguments',
    )
    await running.stop()
  })
})

test('a modal is updated by its id; not with an old hash, and not when it was closed', async () => {
  await withStub({}, async stub => {
    const client = clientOf(stub)
    let view: { id?: string; hash?: string } | undefined
    const running = await startBolt(stub, 'socket', app => {
      app.command('/lab', async ({ ack, command }) => {
        view = (await client.views.open({ trigger_id: command.trigger_id, view: MODAL })).view
        await ack()
      })
    })
    const mei = stub.person('mei')
    await mei.slash('/lab', '', stub.channel('lab'))
    const update = async (hash: string): Promise<string> =>
      await refusalOf(client.views.update({ view_id: view?.id ?? '', hash, view: MODAL }))
    expect(await update(view?.hash ?? '')).toBe('ok')
    expect(await update(view?.hash ?? '')).toBe('hash_conflict')
    await mei.close()
    expect(await update('')).toBe('not_found')
    expect(stub.complaints).toEqual([])
    await running.stop()
  })
})

test('three modals lie on top of each other, not four', async () => {
  await withStub({}, async stub => {
    const client = clientOf(stub)
    const pushed: string[] = []
    const button = {
      type: 'button' as const,
      text: { type: 'plain_text' as const, text: 'More' },
      action_id: 'b:more',
    }
    const view: ModalView = { ...MODAL, blocks: [{ type: 'actions', elements: [button] }] }
    const running = await startBolt(stub, 'socket', app => {
      app.command('/lab', async ({ ack, command }) => {
        await client.views.open({ trigger_id: command.trigger_id, view })
        await ack()
      })
      app.action('b:more', async ({ ack, body }) => {
        if (body.type !== 'block_actions') return
        pushed.push(await refusalOf(client.views.push({ trigger_id: body.trigger_id, view })))
        await ack()
      })
    })
    const mei = stub.person('mei')
    await mei.slash('/lab', '', stub.channel('lab'))
    for (let each = 0; each < 3; each++) await mei.click('More')
    expect(pushed).toEqual(['ok', 'ok', 'push_limit_reached'])
    await mei.close({ all: true })
    expect(mei.sees()).toBe('')
    await running.stop()
  })
})

test('a response_url is good five times, for 30 minutes; what it is told must be plain', async () => {
  const clock = createFakeClock()
  await withStub({ clock }, async stub => {
    const urls: string[] = []
    const running = await startBolt(stub, 'socket', app => {
      app.command('/lab', async ({ ack, command }) => {
        urls.push(command.response_url)
        await ack()
      })
    })
    const respond = async (url: string, body: object): Promise<[number, unknown]> => {
      const headers = { 'content-type': 'application/json' }
      const got = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
      return [got.status, ((await got.json()) as { error?: string }).error ?? 'ok']
    }
    const mei = stub.person('mei')
    await mei.slash('/lab', '', stub.channel('lab'))
    await mei.slash('/lab', '', stub.channel('lab'))
    const [first = '', second = ''] = urls
    for (let used = 0; used < 5; used++) expect(await respond(first, { text: 'x' })).toEqual([200, 'ok'])
    expect(await respond(first, { text: 'x' })).toEqual([404, 'used_url'])
    expect(await respond(second, { text: 'x', replace_original: 'true' })).toEqual([400, 'invalid_payload'])
    expect(await respond(second, { blocks: [{ type: 'nothing' }] })).toEqual([400, 'invalid_blocks'])
    clock.stall(30 * 60_000 + 1)
    expect(await respond(second, { text: 'x' })).toEqual([404, 'expired_url'])
    await running.stop()
  })
})
