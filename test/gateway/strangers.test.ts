import { afterEach, describe, expect, test } from 'vitest'
import { until } from '../until.ts'
import type { Caller } from './caller.ts'
import { type GatewayWorld, openWorld } from './world.ts'

let world: GatewayWorld
afterEach(() => world.close())

async function answer(word: string, caller = world.call()): Promise<string> {
  await caller.saw('Word: ')
  caller.type(`${word}\r`)
  await caller.closed
  return caller.shown().split('\r\n').slice(1).join('\r\n')
}

const WRONG =
  '-- That is no word of this lab.\r\n-- Ask the bot for a new one: lease console LEASE, or boards watch BOARD\r\n'

describe('a word', () => {
  test('M3.8 that is wrong, used or expired is answered in words, with what to do next, and the line is closed', async () => {
    world = await openWorld()
    const lease = await world.lend('kai')
    const { consoles } = world.lab
    const used = consoles.typingWord(lease, world.person('kai'), null).word
    const late = consoles.watchingWord('a1', world.person('mei'), null).word
    expect(await answer('ABCD-EFGH-2345')).toBe(WRONG)

    const kai = world.call()
    await kai.saw('Word: ')
    kai.type(`${used}\r`)
    await kai.saw('you type')
    expect(await answer(used)).toBe(
      `-- That word was used already; each is good once.\r\n-- Ask the bot for a new one: lease console ${lease}\r\n`,
    )
    await world.clock.pass(60_000)
    expect(await answer(late)).toBe(
      '-- That word has expired; each is good for 60 s.\r\n-- Ask the bot for a new one: boards watch a1\r\n',
    )
    kai.type('x')
    await world.typedText('x')
    const audited = await world.audited()
    expect(audited.map(each => `${each.who.name} ${each.decision}: ${each.result}`)).toEqual([
      '127.0.0.1 refused: word-wrong: That is no word of this lab.',
      `kai allowed: types under ${lease}`,
      '127.0.0.1 refused: word-used: That word was used already; each is good once.',
      '127.0.0.1 refused: word-expired: That word has expired; each is good for 60 s.',
    ])
  })

  test('is taken in small letters and with a slip of the hand, and what is typed behind it is the board’s', async () => {
    world = await openWorld()
    const lease = await world.lend('kai')
    const { word } = world.lab.consoles.typingWord(lease, world.person('kai'), null)
    const kai = world.call()
    kai.type(`oh\x15${word.toLowerCase()}x\x7f\recho at once\r`)
    await kai.saw('you type')
    await world.typedText('echo at once\r')
  })

  test('that never ends is no word', async () => {
    world = await openWorld()
    const caller = world.call()
    caller.send(Buffer.alloc(5_000, 'x'))
    await caller.closed
    expect(caller.shown()).toContain('-- That is no word of this lab.')
  })

  test('that does not come within a minute is waited for no longer, also where the other side negotiates for ever', async () => {
    world = await openWorld()
    const [silent, endless] = [world.call(), world.call({ telnet: false })]
    await silent.saw('Word: ')
    await endless.saw('Word: ')
    const wishes = Uint8Array.from(
      { length: 3 * 256 },
      (_, at) => [255, 253, Math.floor(at / 3)][at % 3] ?? 0,
    )
    const refusals = wishes.map((byte, at) => (at % 3 === 1 ? 254 : byte))
    for (let n = 0; n < 100; n++) for (const each of [wishes, refusals]) endless.send(each)
    await until(() => endless.count() > 700, 'its wishes are answered')
    await world.clock.pass(60_000)
    await Promise.all([silent.closed, endless.closed])
    expect(silent.shown()).toContain('-- No word came within 60 s. Connect again when you have one.')
    // Four answers of three bytes on each of 256 options, and our words.
    expect(endless.count()).toBeLessThan(4 * 3 * 256 + 200)
  })

  test('negotiating for ever while typing disturbs nobody, and what is typed is typed', async () => {
    world = await openWorld()
    const lease = await world.lend('kai')
    const kai = await world.typist(lease, 'kai')
    const mei = await world.watcher('mei')
    for (const letter of 'echo hi\r') {
      kai.send(Uint8Array.of(255, 253, 24, 255, 250, 24, 1, 255, 240, 255, 254, 24, 255, 251, 1))
      kai.type(letter)
    }
    await world.typedText('echo hi\r')
    world.print('hi')
    await mei.saw('hi')
    await kai.saw('hi')
  })
})

describe('many', () => {
  test('M3.8 a flood of wrong words is turned away, holds nobody else up, and is over in a minute', async () => {
    world = await openWorld()
    const { consoles } = world.lab
    let asked = 0
    const { redeem } = consoles
    consoles.redeem = word => {
      asked += 1
      return redeem(word)
    }
    const flood: Promise<string>[] = []
    for (let n = 0; n < 150; n++) {
      const caller = world.call()
      caller.type(`WRNG-${n}\r`)
      flood.push(caller.closed.then(() => caller.shown()))
    }
    const mei = await world.watcher('mei', { from: '127.0.0.2' })
    const answers = await Promise.all(flood)
    expect(answers.filter(text => text.includes('That is no word')).length).toBeLessThanOrEqual(10)
    expect(asked).toBeLessThanOrEqual(11)
    const turned = world.call()
    await turned.closed
    expect(turned.shown()).toMatch(
      /^-- Too many wrong words came from 127\.0\.0\.1\. Try again in 1 min\.\r\n$/,
    )
    world.print('still here')
    await mei.saw('still here')
    await world.clock.pass(60_000)
    await world.watcher('li')
  })

  test('connections without a word, and people, are counted: what is too many is told so', async () => {
    world = await openWorld({ waitingPerAddress: 2, people: 2 })
    const idle = [world.call(), world.call()]
    for (const each of idle) await each.saw('Word: ')
    const third = world.call()
    await third.closed
    expect(third.shown()).toContain(
      '-- Too many connections wait here without a word. Try again in a minute.',
    )
    const elsewhere: Caller[] = []
    for (const name of ['mei', 'li']) elsewhere.push(await world.watcher(name, { from: '127.0.0.2' }))
    const late = world.call({ from: '127.0.0.3' })
    await late.closed
    expect(late.shown()).toContain('-- All 2 places are taken. Try again later.')
    elsewhere[0]?.close()
    idle[0]?.close()
    await until(() => world.lab.board('a1')?.people?.watching.length === 1, 'one has left')
    await world.watcher('kai', { from: '127.0.0.3' })
  })
})

test('M3.8 peers that go away half-way or all at once have left, and the keyboard is free', async () => {
  world = await openWorld()
  const lease = await world.lend('kai')
  const kai = await world.typist(lease, 'kai')
  const [mei, li, tom] = [await world.watcher('mei'), await world.watcher('li'), await world.watcher('tom')]
  kai.socket.resetAndDestroy()
  mei.socket.end()
  await li.saw('-- @kai has left. Nobody types on a1 now.')
  await until(() => world.lab.board('a1')?.people?.watching.join() === 'li,tom', 'they have left')
  const waits = world.call()
  await waits.saw('Word: ')
  waits.socket.resetAndDestroy()
  tom.close()
  await world.typist(lease, 'kai')
  expect(world.lab.board('a1')?.people?.typing).toBe('kai')
})

test('M3.8 a watcher who reads too slowly loses some of the view, with a mark that counts it; the others see all', async () => {
  world = await openWorld({ viewBytes: 256 * 1024 })
  const [slow, quick] = [await world.watcher('slow'), await world.watcher('quick')]
  slow.socket.pause()
  const before = quick.count()
  const chunk = Buffer.alloc(64 * 1024 - 1, 'a')
  chunk[0] = 10
  let printed = 0
  // More than both kernels keep for a socket, and the view beside.
  for (let n = 0; n < 300; n++) {
    world.print(chunk)
    printed += chunk.length
    // Three fit its view as they stand.
    if (n % 3 === 2) await until(() => quick.count() - before >= printed, 'the quick one sees it')
  }
  slow.socket.resume()
  const shown = await slow.saw(
    'of the view left out: the board prints faster than you read. The log has all of it.',
  )
  const mark = /-- ([\d.]+) (kB|MB) of the view left out/.exec(shown)
  const seen = slow.bytes().filter(byte => byte === 97).length
  const left = Number(mark?.[1]) * (mark?.[2] === 'MB' ? 1e6 : 1e3)
  // Our own words have an a, too, and the mark counts in whole megabytes.
  expect(Math.abs(seen + left - printed)).toBeLessThan(0.5e6 + 1_000)
  expect(left).toBeGreaterThan(4e6)
  world.print('\nand on')
  await slow.saw('and on')
})
