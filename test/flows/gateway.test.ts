import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Caller, call } from '../gateway/caller.ts'
import { until } from '../until.ts'
import { found, wordsOf } from './desk.ts'
import { letGo, occupy } from './gate.ts'
import { startWorld, type World } from './world.ts'

let world: World
const callers: Caller[] = []
beforeEach(async () => {
  world = await startWorld({ boards: [{ id: 'soc-a-001', family: 'socA' }] })
})
afterEach(async () => {
  for (const caller of callers.splice(0)) caller.close()
  await world.close()
})

/** What the bot answers to a line: the word. */
async function wordOf(line: string, as: string): Promise<string> {
  const said = wordsOf(await world.type(line, { as }))
  const [, host, port, word] = /telnet (\S+) (\d+) · word (\S+) \(good once, within 60 s\)/.exec(said) ?? []
  expect({ host, port: Number(port) }).toEqual(world.lab.consoles.address())
  return found(word, `word in: ${said}`)
}

async function enter(line: string, as: string): Promise<Caller> {
  const word = await wordOf(line, as)
  const caller = call({ port: world.lab.consoles.address()?.port ?? 0 })
  callers.push(caller)
  await caller.saw('Word: ')
  caller.type(`${word}\r`)
  await caller.saw('-- soc-a-001: you ')
  return caller
}

async function lent(as = 'kai'): Promise<string> {
  return await world.start('lease soc-a-001 30m', { as })
}

/** Everything that the bot stored, as one text. */
async function stored(): Promise<string> {
  const entries = await readdir(world.dataDir, { recursive: true, withFileTypes: true })
  const files = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  return (await Promise.all(files.map(file => readFile(file, 'latin1')))).join('\n')
}

describe('people at a console', () => {
  it('whoever types may send a break, and SysRq by it where that is allowed (M3.8)', async () => {
    await world.write({ boards: [{ id: 'soc-a-001', family: 'socA', written: { sysrq: true } }] })
    await world.app.reload()
    const board = world.board('soc-a-001')
    const lease = await lent()
    const kai = await enter(`lease console ${lease}`, 'kai')
    const mei = await enter('boards watch soc-a-001', 'mei')
    mei.type('break b\r')
    await mei.saw('Not sent: Only whoever types here may send a break.')
    expect(board.record.filter(({ kind }) => kind === 'reset')).toEqual([])

    kai.type('\x1dbreak\r')
    await kai.saw('-- A break was sent to soc-a-001.')
    kai.type('h')
    await mei.saw('sysrq: HELP')
    kai.type('\x1dbreak B\r')
    await kai.saw('"B" is no key of SysRq')
    kai.type('\x1dbreak b\r')
    await mei.saw('sysrq: Resetting')
    await until(() => board.record.some(({ kind }) => kind === 'reset'), 'it is reset')
    await kai.saw('A break and b were sent to soc-a-001')
    const audited = (await world.lab.audit(['console'], 100)).map(
      ({ who, result }) => `${who.name}: ${result}`,
    )
    expect(audited).toContain(`kai: sent SysRq b under ${lease}`)
    expect(audited).toContain(`kai: sent a break under ${lease}`)
  })

  it('where SysRq is not allowed a break alone is sent', async () => {
    const board = world.board('soc-a-001')
    const kai = await enter(`lease console ${await lent()}`, 'kai')
    kai.type('\x1dbreak b\r')
    await kai.saw(
      'SysRq is not allowed on soc-a-001: boards.yaml has no sysrq: true for it. Nothing was sent.',
    )
    kai.type('\x1dbreak\r')
    await kai.saw('A break was sent to soc-a-001.')
    expect(board.record.filter(({ kind }) => kind === 'reset')).toEqual([])
  })

  it('the holder types and others watch, on the very line that is recorded (M3.8, M2.3)', async () => {
    const lease = await lent()
    const kai = await enter(`lease console ${lease}`, 'kai')
    const mei = await enter('boards watch soc-a-001', 'mei')
    kai.type('echo $((6 * 7))"."\r')
    for (const each of [kai, mei]) await each.saw('42.')
    // Ctrl-C is for what runs: before it does, the shell itself would take it.
    kai.type("sh -c 'echo up$((1)); sleep 1000'\r")
    await mei.saw('up1')
    kai.type('\x03echo back$((1))\r')
    await mei.saw('back1')

    const card = await world.type('lease list', { as: 'mei' })
    expect(card.kind).toBe('done')
    const shown = await world.type('boards show soc-a-001', { as: 'li' })
    expect(shown).toMatchObject({ result: { board: { people: { typing: 'kai', watching: ['mei'] } } } })
    const log = await world.lab.boardLog('soc-a-001', null, { limit: 100 })
    expect(log.lines.map(each => each.text).join('\n')).toMatch(/^42\.$/m)
  })

  it('a word is for the holder alone, is kept nowhere, and each use of it is audited (M3.8, S)', async () => {
    const lease = await lent()
    const refused = await world.type(`lease console ${lease}`, { as: 'ops' })
    expect(wordsOf(refused)).toBe(
      `lease console ${lease} is for its holder alone: that is @kai.\nTo look on: boards watch soc-a-001`,
    )
    const word = await wordOf(`lease console ${lease}`, 'kai')
    const kai = call({ port: world.lab.consoles.address()?.port ?? 0 })
    callers.push(kai)
    kai.type(`${word}\r`)
    await kai.saw('you type')
    const audited = await until(async () => {
      const entries = await world.lab.audit(['console'], 20)
      return entries.length >= 3 && entries
    }, 'the audit')
    expect(
      audited.toReversed().map(each => `${each.who.name} ${each.decision} ${each.line}: ${each.result}`),
    ).toEqual([
      expect.stringMatching(`ops refused lease console ${lease}: `),
      `kai allowed lease console ${lease}: answered to the asker alone`,
      `kai allowed console soc-a-001: types under ${lease}`,
    ])
    expect(await stored()).not.toContain(word)
    expect(await stored()).not.toContain(word.replaceAll('-', ''))
  })

  it('the lease ends in mid-line: the rest never reaches the board, and the next test finds it clean (M3.8)', async () => {
    const lease = await lent()
    const kai = await enter(`lease console ${lease}`, 'kai')
    const mei = await enter('boards watch soc-a-001', 'mei')
    kai.type('echo half > /tmp/half; echo whole > /tmp/wh')
    await mei.saw('/tmp/wh')
    await world.type(`lease release ${lease}`, { as: 'kai' })
    await kai.saw(`-- ${lease} has ended: released by @kai. Nothing you type goes to soc-a-001 any more`)
    kai.type('ole\r')
    await kai.saw('There is no command "ole" here.')
    const look = 'run-test socA --shell "ls /tmp/half /tmp/whole 2>/dev/null; echo looked"'
    const run = await world.finished(await world.start(look))
    expect(run.result?.tail).toEqual(['looked'])
    expect(run.attempts).toHaveLength(1)
    await mei.saw('looked')
  })

  it('a test is watched and not disturbed (M2.3)', async () => {
    const board = world.board('soc-a-001')
    const id = await occupy(world, board)
    const mei = await enter('boards watch soc-a-001', 'mei')
    mei.type('ask\r')
    await mei.saw('-- Nobody types on soc-a-001 now.')
    mei.type('\x03\x03rm -rf /\r')
    await mei.saw('There is no command "rm" here.')
    letGo(board)
    expect((await world.finished(id)).state).toBe('passed')
  })

  it('whoever comes after a test sees what it printed, and nothing of what the lab typed around it', async () => {
    const id = await world.start('run-test socA --shell "echo first; echo last"')
    expect((await world.finished(id)).state).toBe('passed')
    const mei = await enter('boards watch soc-a-001', 'mei')
    const shown = await mei.saw('Nothing you type goes to the board.')
    const past = shown.slice(
      shown.indexOf('its log, without what the lab itself typed:'),
      shown.indexOf('-- soc-a-001: you '),
    )
    expect(past).toContain('first\r\nlast\r\n')
    expect(past).not.toMatch(/@[0-9A-Za-z]{6}|br[0-9A-Za-z]{4}:|exec sh|echo \w{6}''/)
  })

  it('a watcher who does not read holds nobody up: the view is cut, the log is whole (console.md 12)', async () => {
    const lease = await lent()
    const kai = await enter(`lease console ${lease}`, 'kai')
    const slow = await enter('boards watch soc-a-001', 'mei')
    slow.socket.pause()
    const lines = 500_000
    kai.type(
      `stty -echo; echo "be""gin"; seq -f '%012.0f abcdefghijklmnopqrstuvwxyz' 1 ${lines}; echo "e""nd"\r`,
    )
    // Twenty megabytes, on a machine that may have other things to do.
    await kai.saw('\r\nend\r\n', 0, 60_000)
    slow.socket.resume()
    await slow.saw('of the view left out: the board prints faster than you read. The log has all of it.')
    expect(slow.count()).toBeLessThan(kai.count())

    const whole: Uint8Array[] = []
    for await (const { bytes } of world.lab.consoles.read('soc-a-001', null, 0, Number.MAX_SAFE_INTEGER))
      whole.push(bytes)
    const text = Buffer.concat(whole).toString('latin1')
    const expected = createHash('sha256')
    for (let n = 1; n <= lines; n++)
      expected.update(`${String(n).padStart(12, '0')} abcdefghijklmnopqrstuvwxyz\r\n`)
    const part = text.slice(text.indexOf('begin\r\n') + 7, text.indexOf('end\r\n'))
    expect(createHash('sha256').update(part).digest('hex')).toBe(expected.digest('hex'))
  })

  it('is over before anything else when the bot stops; the lease survives (design 3)', async () => {
    const lease = await lent()
    const kai = await enter(`lease console ${lease}`, 'kai')
    await world.stop()
    await kai.closed
    expect(kai.shown()).toContain('-- The bot is being stopped. Leases stay; connect again when it is back.')
    await world.open()
    await until(() => world.lab.lease(lease)?.state === 'active', 'the lease goes on')
    const again = await enter(`lease console ${lease}`, 'kai')
    again.type('echo $((1 + 1))again\r')
    await again.saw('2again')
  })
})
