import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { until } from '../until.ts'
import type { Caller } from './caller.ts'
import { type GatewayWorld, openWorld } from './world.ts'

let world: GatewayWorld
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

/** Ctrl-], a command, Enter. */
function command(caller: Caller, line: string): void {
  caller.type(`\x1d${line}\r`)
}

describe('one types, many watch', () => {
  test('M3.8 two people watch what one types and what the board says to it', async () => {
    const lease = await world.lend('kai')
    const kai = await world.typist(lease, 'kai')
    const mei = await world.watcher('mei')
    const li = await world.watcher('li', { telnet: false })
    kai.type('echo hi\r')
    await world.typedText('echo hi\r')
    world.print('echo hi\r\nhi\r\n# ')
    for (const each of [kai, mei, li]) await each.saw('echo hi\r\nhi\r\n# ')
    expect(world.lab.board('a1')?.people).toEqual({ typing: 'kai', watching: ['mei', 'li'] })

    mei.type('rm -rf /\r')
    await mei.saw('There is no command "rm" here.')
    expect(world.typed().toString()).toBe('echo hi\r')
  })

  test('whoever comes is told where they are, what they may, who is there and how to leave, below the last lines', async () => {
    const past = ['first', ...Array.from({ length: 50 }, (_, n) => `line ${n}`), '\x1b[31mred\x1b[0m'].join(
      '\r\n',
    )
    world.site.logs.set('a1', Buffer.from(`${past}\r\n# `))
    const lease = await world.lend('kai')
    const kai = await world.typist(lease, 'kai')
    const text = await kai.saw('send esc')
    const end = await until(() => kai.shown().endsWith('# ') && kai.shown(), 'the prompt of the board')
    expect(end.slice(text.indexOf('-- ')).split('\r\n')).toEqual([
      '-- The last 36 lines of its log:',
      ...Array.from({ length: 35 }, (_, n) => `line ${n + 15}`),
      'red',
      `-- a1: you type, under ${lease} until 13:00. Nobody else is here.`,
      '-- To leave: Ctrl-], then quit. For who, give NAME and break: Ctrl-], then send esc.',
      '# ',
    ])
    const raw = await world.watcher('mei', { telnet: false })
    await raw.saw(`-- a1: you watch. @kai types, under ${lease} until 13:00.`)
    await raw.saw('-- Nothing you type goes to the board. Commands: who, ask (for the keyboard), quit.')
  })

  test('M3.8 a second connection of the holder takes over from the first, which is told and watches', async () => {
    const lease = await world.lend('kai')
    const first = await world.typist(lease, 'kai')
    first.type('a')
    await world.typedText('a')
    const second = await world.typist(lease, 'kai')
    await first.saw('-- You type from another connection now; here you watch. To type here again: ask')
    first.type('b\r')
    second.type('c')
    await first.saw('There is no command "b" here.')
    await world.typedText('ac')
    first.type('ask\r')
    await first.saw('You type again.')
    first.type('d')
    await second.saw('@kai has taken the keyboard back; you watch.')
    await world.typedText('acd')
  })

  test('M3.8 a hundred watch, and each sees every byte', async () => {
    const watchers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => world.watcher(`w${n}`, { from: `127.0.0.${2 + (n % 10)}` })),
    )
    const text = Array.from({ length: 2_000 }, (_, n) => `line ${n} of many\r\n`).join('')
    for (let at = 0; at < text.length; at += 1_000) world.print(text.slice(at, at + 1_000))
    for (const each of watchers) {
      const shown = await each.saw('line 1999 of many')
      expect(shown.slice(shown.indexOf('line 0 of'))).toBe(text)
    }
    expect(world.lab.board('a1')?.people?.watching).toHaveLength(100)
    for (const each of watchers) each.close()
    await until(() => world.lab.board('a1')?.people?.watching.length === 0, 'all have left')
  })
})

describe('the keyboard is handed over', () => {
  test('M3.8 on request: what the other types goes under the holder’s lease, and back; all of it is audited', async () => {
    const lease = await world.lend('kai')
    const kai = await world.typist(lease, 'kai')
    const mei = await world.watcher('mei')
    const li = await world.watcher('li')
    mei.type('ask\r')
    await mei.saw('@kai was asked.')
    mei.type('ask\r')
    await mei.saw('@kai was asked already.')
    await kai.saw('-- @mei asks for the keyboard. To give it: Ctrl-], send esc, give mei')
    command(kai, 'give mei')
    await kai.saw('@mei types now; you watch. To type again: ask')
    await mei.saw(`-- @kai gives you the keyboard of a1, under ${lease} until 13:00.`)
    await li.saw('-- @mei types now.')
    mei.type('ls\r')
    await world.typedText('ls\r')
    expect(world.lab.board('a1')?.people).toEqual({ typing: 'mei', watching: ['kai', 'li'] })
    li.type('ask\r')
    await kai.saw('-- @li asks for the keyboard. To give it: give li')

    command(mei, 'give li')
    await mei.saw('Only @kai can give it to somebody else.')
    kai.type('ask\r')
    await mei.saw('@kai has taken the keyboard back; you watch.')
    kai.type('id\r')
    await world.typedText('ls\rid\r')
    const audited = await until(async () => {
      const entries = await world.audited()
      return entries.length >= 5 && entries
    }, 'the audit')
    expect(audited.map(each => `${each.who.name}: ${each.line}: ${each.result}`)).toEqual([
      `kai: console a1: types under ${lease}`,
      'mei: console a1: watches',
      'li: console a1: watches',
      `kai: console a1: gave the keyboard to @mei under ${lease}`,
      `kai: console a1: took the keyboard back under ${lease}`,
    ])
  })

  test('whoever it was handed to may give it back, and loses it with the lease', async () => {
    const lease = await world.lend('kai')
    const kai = await world.typist(lease, 'kai')
    const mei = await world.watcher('mei')
    command(kai, 'give mei')
    await mei.saw('gives you the keyboard')
    command(mei, 'give kai')
    await kai.saw('@mei gives you the keyboard of a1')
    command(kai, 'give @MEI')
    await mei.saw('gives you the keyboard', mei.shown().length)
    mei.type('echo ha')
    await world.typedText('echo ha')
    await world.lab.release(lease, world.person('kai'))
    await mei.saw(`${lease} has ended: released by @kai. Nothing you type goes to a1 any more; you watch.`)
    mei.type('lf a line\r')
    await mei.saw('There is no command "lf" here.')
    expect(world.typed().toString()).toBe('echo ha')
  })

  test('when the other leaves it comes back to the holder; when the holder leaves nobody types', async () => {
    const lease = await world.lend('kai')
    const kai = await world.typist(lease, 'kai')
    const mei = await world.watcher('mei')
    command(kai, 'give mei')
    await mei.saw('gives you the keyboard')
    mei.close()
    await kai.saw('You type again.')
    kai.type('x')
    await world.typedText('x')
    const li = await world.watcher('li')
    command(kai, 'quit')
    expect(await kai.saw('You have left a1.')).toContain(`${lease} until 13:00 is still yours.`)
    await kai.closed
    await li.saw('-- @kai has left. Nobody types on a1 now.')
    li.type('ask\r')
    await li.saw('Nobody types on a1 now. Whoever leases it may: lease a1')
  })

  test('commands that cannot be done say why, and what can', async () => {
    const lease = await world.lend('kai')
    const kai = await world.typist(lease, 'kai')
    command(kai, 'give')
    await kai.saw('To whom? Nobody else is here.')
    const mei = await world.watcher('mei')
    command(kai, 'give tom')
    await kai.saw('There is no @tom here. Here: @mei.')
    command(kai, 'ask')
    await kai.saw('You type already.')
    command(kai, 'who')
    await kai.saw(`a1: @kai types, under ${lease} until 13:00; @mei watches. You are @kai.`)
    mei.type('give kai\r')
    await mei.saw('The keyboard is not yours to give.')
    mei.type('\r')
    await mei.saw('Nothing you type goes to the board.', mei.shown().length - 1)
    command(kai, '')
    kai.type('\x1d\x1d')
    await world.typedText('\x1d')
  })
})

describe('the lease ends', () => {
  test('M3.8 in mid-line: the rest of it never reaches the board, and everybody is told', async () => {
    const lease = await world.lend('kai')
    const kai = await world.typist(lease, 'kai')
    const mei = await world.watcher('mei')
    kai.type('rm -rf /tmp/x')
    await world.typedText('rm -rf /tmp/x')
    await world.runOut(lease)
    await kai.saw(`-- ${lease} has ended: its time was up. Nothing you type goes to a1 any more; you watch.`)
    await mei.saw(`-- ${lease} has ended: its time was up. Nobody types on a1 now.`)
    kai.type(' /etc\r')
    await kai.saw('There is no command "/etc" here.')
    expect(world.typed().toString()).toBe('rm -rf /tmp/x')
    world.print('still shown\r\n')
    for (const each of [kai, mei]) await each.saw('still shown')
    kai.type('ask\r')
    await kai.saw(`${lease} does not hold a1 any more.`)
    expect(world.lab.board('a1')?.people).toEqual({ typing: null, watching: ['kai', 'mei'] })
  })

  test('a word of a lease that has ended opens nothing, and says what to do', async () => {
    const lease = await world.lend('kai')
    const { word } = world.lab.consoles.typingWord(lease, world.person('kai'), null)
    await world.lab.release(lease, world.person('kai'))
    const kai = world.call()
    kai.type(`${word}\r`)
    await kai.closed
    expect(kai.shown()).toContain(`${lease} does not hold a1 any more.\r\n-- Lease the board again: lease a1`)
  })

  test('the next holder types, and the last one does not', async () => {
    const first = await world.lend('kai')
    const kai = await world.typist(first, 'kai')
    await world.lab.release(first, world.person('kai'))
    await kai.saw('has ended')
    const second = await world.lend('mei')
    const mei = await world.typist(second, 'mei')
    kai.type('ask\r')
    await mei.saw('@kai asks for the keyboard.')
    mei.type('mine')
    await world.typedText('mine')
  })
})

describe('the bot stops', () => {
  test('design 3: nobody types from that moment on; everybody is told and shown out', async () => {
    const lease = await world.lend('kai')
    const kai = await world.typist(lease, 'kai')
    const mei = await world.watcher('mei')
    const waits = world.call()
    await waits.saw('Word: ')
    const stopped = world.gateway.stop()
    kai.type('late')
    await stopped
    await Promise.all([kai.closed, mei.closed, waits.closed])
    for (const each of [kai, mei, waits])
      expect(each.shown()).toContain(
        '-- The bot is being stopped. Leases stay; connect again when it is back.',
      )
    expect(world.typed().toString()).toBe('')
    expect(world.lab.lease(lease)?.state).toBe('active')
    const late = world.call()
    await late.closed
  })

  test('whoever does not read is cut off', async () => {
    const mei = await world.watcher('mei')
    mei.socket.pause()
    for (let n = 0; n < 200; n++) world.print(Buffer.alloc(65_536, 'x'))
    const stopped = world.gateway.stop()
    await world.clock.pass(1_000)
    await stopped
  })
})

test('who is there hears of a console that is lost and found again, and what is typed meanwhile is not lost unsaid', async () => {
  const lease = await world.lend('kai')
  const kai = await world.typist(lease, 'kai')
  const down = { connected: false, since: 0, lastByteAt: 0, problem: 'connection refused', head: 0 }
  world.site.news('a1', { kind: 'state', state: down })
  await kai.saw('-- The console is not connected: connection refused. It is tried again by itself.')
  world.site.news('a1', { kind: 'state', state: { ...down, connected: true, problem: null } })
  await kai.saw('-- The console is connected again.')
})

test('whoever is at a board that leaves the lab is shown out', async () => {
  const mei = await world.watcher('mei')
  world.next.inventory = { ...world.inventory, boards: world.inventory.boards.slice(1) }
  await world.lab.reload()
  await mei.closed
  expect(mei.shown()).toContain('-- a1 is no board of this lab any more. You have been shown out.')
})

test('M3.8 a console that has no break says why, and what to do instead', async () => {
  const kai = await world.typist(await world.lend('kai'), 'kai')
  kai.type('\x1dbreak\r')
  await kai.saw('-- Not sent: no break at tcp gate:a1: on a bare TCP port every byte is data')
  await kai.saw('-- Use driver telnet or rfc2217.')
  await world.typedText('')
})

test('the board’s line is drawn again behind words of ours, and waits while somebody is at a prompt of ours', async () => {
  const lease = await world.lend('kai')
  const kai = await world.typist(lease, 'kai')
  world.print('ok\r\n# ls')
  await kai.saw('# ls')
  kai.type('\x1dwh')
  await kai.saw('who, give NAME, break, quit: wh')
  world.print(' -l\r\nfile\r\n# ')
  kai.type('o\r')
  const shown = await kai.saw('file')
  expect(shown.slice(shown.indexOf('ok\r\n'))).toMatch(
    /^ok\r\n# ls\r\n-- who, give NAME, break, quit: who\r\n-- a1: @kai types, under .*\r\n# ls -l\r\nfile\r\n# $/,
  )
})

test('whoever walks away from a prompt of ours sees the board again after half a minute', async () => {
  const kai = await world.typist(await world.lend('kai'), 'kai')
  kai.type('\x1dwh')
  await kai.saw('who, give NAME, break, quit: wh')
  world.print('meanwhile')
  await world.clock.pass(30_000)
  await kai.saw('quit: wh\r\nmeanwhile')
  kai.type('o\r')
  await world.typedText('o\r')
})
