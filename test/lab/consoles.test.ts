import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { messageOf } from '../../src/errors.ts'
import type { Pen, RecorderNews } from '../../src/lab/consoles.ts'
import { until } from '../until.ts'
import { HERE, KAI, type LabUnderTest, MEI, openLab } from './harness.ts'
import { aBoard } from './samples.ts'

let world: LabUnderTest
beforeEach(async () => {
  world = await openLab({ boards: [aBoard('a1'), aBoard('a2')] })
})
afterEach(() => world.close())

const HOUR = 3_600_000

async function lent(who = KAI): Promise<string> {
  return (await world.lab.lend({ target: 'a1', termMs: HOUR }, who, HERE)).id
}

async function typing(lease: string, ends: string[] = []): Promise<Pen> {
  const { word } = world.lab.consoles.typingWord(lease, KAI, null)
  return await world.lab.consoles.type(world.lab.consoles.redeem(word), why => ends.push(why))
}

function typed(board = 'a1'): string {
  return Buffer.concat([...(world.site.typed.get(board) ?? [])]).toString()
}

describe('the word to type with', () => {
  test('M3.8 is the holder’s alone, of a board they have', async () => {
    const lease = await lent()
    const { consoles } = world.lab
    expect(consoles.typingWord(lease.toLowerCase(), KAI, null)).toMatchObject({
      board: 'a1',
      lease,
      person: KAI,
      address: { host: 'lab.test', port: 7023 },
      until: world.lab.now() + 60_000,
    })
    expect(() => consoles.typingWord(lease, MEI, null)).toThrow(
      `The console of ${lease} is for its holder alone.`,
    )
    expect(() => consoles.typingWord(lease, { ...KAI, platform: 'slack' }, null)).toThrow('holder alone')
    expect(() => consoles.typingWord('L99', KAI, null)).toThrow('There is no lease L99 any more.')
    const waiting = await lent(MEI)
    expect(() => consoles.typingWord(waiting, MEI, null)).toThrow(`${waiting} has no board yet.`)
    expect(() => consoles.watchingWord('a9', MEI, null)).toThrow('There is no board "a9".')
    expect(consoles.watchingWord('a1', MEI, null)).toMatchObject({ board: 'a1', lease: null })
  })

  test('is no good for a lease that ended before it was used', async () => {
    const lease = await lent()
    const { word } = world.lab.consoles.typingWord(lease, KAI, null)
    await world.lab.release(lease, KAI)
    const seat = world.lab.consoles.redeem(word)
    await expect(world.lab.consoles.type(seat, () => {})).rejects.toThrow(
      `${lease} does not hold a1 any more.`,
    )
  })
})

describe('what is typed under a lease', () => {
  test('M3.8 ends in the very turn in which the lease is released', async () => {
    const lease = await lent()
    const ends: string[] = []
    const pen = await typing(lease, ends)
    await pen.write(Buffer.from('echo half'))
    const late: Promise<string>[] = []
    const typeOn = (): Promise<string> =>
      pen.write(Buffer.from(' a line\r')).then(
        () => 'it passed',
        (error: unknown) => messageOf(error),
      )
    world.lab.subscribe(`lease/${lease}`, () => late.push(typeOn()))
    await world.lab.release(lease, KAI)
    expect(late.length).toBeGreaterThan(0)
    expect(new Set(await Promise.all(late))).toEqual(new Set(['nothing is typed on a1 from here']))
    expect(ends).toEqual([`${lease} has ended: released by @kai.`])
    expect(typed()).toBe('echo half')
  })

  test('M3.6 ends when its time is up', async () => {
    const lease = await lent()
    const ends: string[] = []
    const pen = await typing(lease, ends)
    const isOver = async (): Promise<boolean> => {
      await world.clock.pass(HOUR / 10)
      return ends.length > 0
    }
    await until(isOver, 'its end')
    expect(ends).toEqual([`${lease} has ended: its time was up.`])
    await expect(pen.write(Buffer.from('x'))).rejects.toThrow('nothing is typed')
  })

  test('P25 is refused at the board too, once somebody else holds it', async () => {
    const lease = await lent()
    const pen = await typing(lease)
    await world.site.perform(
      { kind: 'probe-board', board: aBoard('a1'), timeoutMs: 1 },
      { token: 99, signal: new AbortController().signal, onEvent: () => {} },
    )
    await expect(pen.write(Buffer.from('x'))).rejects.toThrow('lost')
    expect(typed()).toBe('')
  })

  test('extending and warning do not disturb it', async () => {
    const lease = await lent()
    const ends: string[] = []
    const pen = await typing(lease, ends)
    await world.lab.extend(lease, HOUR, KAI)
    for (let n = 0; n < 19; n++) await world.clock.pass(HOUR / 10)
    await pen.write(Buffer.from('still here'))
    expect(ends).toEqual([])
    expect(typed()).toBe('still here')
  })
})

test('who watches hears the board until the board leaves the lab', async () => {
  const news: RecorderNews[] = []
  const ends: string[] = []
  const handlers = { onNews: (each: RecorderNews) => news.push(each), onEnd: (why: string) => ends.push(why) }
  const view = await world.lab.consoles.watch('a1', null, handlers)
  const chunk = { kind: 'chunk', chunk: { offset: 0, t: 0, bytes: Buffer.from('hello') } } as const
  world.site.news('a1', chunk)
  world.next.inventory = { ...world.inventory, boards: [aBoard('a2')] }
  await world.lab.reload()
  expect(news).toEqual([chunk])
  expect(ends).toEqual(['a1 is no board of this lab any more'])
  view.close()
  await expect(world.lab.consoles.watch('a1', null, handlers)).rejects.toThrow('There is no board "a1".')
})

test('M3.8 who is there is told to the cards of the board and of its lease', async () => {
  const lease = await lent()
  const heard: string[] = []
  for (const topic of ['board/a1', `lease/${lease}`])
    world.lab.subscribe(topic, each => heard.push(each.topic))
  expect(world.lab.board('a1')?.people).toEqual({ typing: null, watching: [] })
  world.lab.consoles.present('a1', null, { typing: 'kai', watching: ['mei'] })
  expect(world.lab.board('a1')?.people).toEqual({ typing: 'kai', watching: ['mei'] })
  expect(world.lab.board('a2')?.people).toEqual({ typing: null, watching: [] })
  expect(heard).toEqual(['board/a1', `lease/${lease}`])
})
