import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, beforeEach, test } from 'vitest'
import { type GatewayWorld, openWorld } from '../gateway/world.ts'
import { until } from '../until.ts'
import { realSuite } from './fixtures/available.ts'

const WITHIN_MS = 20_000

let world: GatewayWorld
beforeEach(async () => {
  world = await openWorld()
})
afterEach(() => world.close())

/** Somebody who came by telnet at a terminal, or by socat, which sends each key as it is. */
type Terminal = {
  press(keys: string | Uint8Array): void
  saw(text: string): Promise<string>
  ended: Promise<unknown>
}

function come(by: 'telnet' | 'socat'): Terminal {
  const ways = {
    telnet: `EXEC:telnet 127.0.0.1 ${world.port},pty,setsid,ctty`,
    socat: `TCP:127.0.0.1:${world.port}`,
  }
  const child = spawn('socat', ['STDIO', ways[by]], {
    timeout: 60_000,
    env: { ...process.env, TERM: 'vt100' },
  })
  let shown = ''
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString()
  })
  child.stdin.on('error', () => {})
  return {
    press: keys => void child.stdin.write(keys),
    async saw(text) {
      await until(() => shown.includes(text), `"${text}" is shown`, WITHIN_MS).catch((error: unknown) => {
        throw new Error(`never "${text}":\n${shown}`, { cause: error })
      })
      return shown
    },
    ended: once(child, 'close'),
  }
}

async function seated(who: Terminal, word: string): Promise<void> {
  await who.saw('Word: ')
  who.press(`${word}\r`)
  await who.saw('-- a1: you ')
}

realSuite('consoles with a real telnet', ['telnet'], () => {
  test('M3.8 every key goes to the board as it is: Enter, Ctrl-C, eight bits', async () => {
    const lease = await world.lend('kai')
    const kai = come('telnet')
    await seated(kai, world.lab.consoles.typingWord(lease, world.person('kai'), null).word)
    kai.press('echo grüße\r')
    await world.typedText('echo grüße\r')
    kai.press('\x03\x04\x1a\x11\x13\x1c')
    await world.typedText('echo grüße\r\x03\x04\x1a\x11\x13\x1c')
    world.print(Buffer.from('grüße\r\n# '))
    await kai.saw('grüße\r\n# ')
    kai.press('\x1d')
    await kai.saw('telnet> ')
    kai.press('quit\r')
    await kai.ended
    await until(() => world.lab.board('a1')?.people?.typing === null, 'it has left')
  })

  test('M3.8 the keyboard is handed over through telnet’s own prompt, as the greeting says', async () => {
    const lease = await world.lend('kai')
    const kai = come('telnet')
    const mei = come('socat')
    await seated(kai, world.lab.consoles.typingWord(lease, world.person('kai'), null).word)
    await seated(mei, world.lab.consoles.watchingWord('a1', world.person('mei'), null).word)
    mei.press('ask\r')
    await kai.saw('-- @mei asks for the keyboard. To give it: Ctrl-], send esc, give mei')
    kai.press('\x1d')
    await kai.saw('telnet> ')
    kai.press('send esc\r')
    await kai.saw('-- who, give NAME, break, quit: ')
    kai.press('give mei\r')
    await mei.saw('-- @kai gives you the keyboard of a1')
    mei.press('ls\r')
    await world.typedText('ls\r')
    await world.lab.release(lease, world.person('kai'))
    await mei.saw('has ended: released by @kai. Nothing you type goes to a1 any more; you watch.')
    mei.press('quit\r')
    await mei.saw('-- You have left a1.')
    await mei.ended
    kai.press('quit\r')
    await kai.saw('-- You have left a1.')
    await kai.ended
  })
})
