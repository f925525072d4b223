import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HardwareError } from '../../../../src/errors.ts'
import { exchangeText } from '../../../../src/hardware/console/shell/command.ts'
import type { CommandResult } from '../../../../src/hardware/types.ts'
import {
  createMemoryLine,
  type EmulatorOptions,
  emulateShell,
  PROMPT,
  sessionOn,
  settled,
  WORD,
} from './emulator.ts'
import { createRandom, kernelLine } from './pty-line.ts'

const never = new AbortController().signal
const TIMEOUT = 30_000
/** What a timeout and everything that is tried after it may take. */
const ALL = 120_000

const PLAIN = 'usb 1-1: new device number 7\r\n'
const KERNEL = `[   12.345678] ${PLAIN}`

async function run(
  command: string,
  options: EmulatorOptions,
): Promise<{ result: { value: CommandResult } | { error: unknown }; ran: string[]; repaired: number }> {
  const line = createMemoryLine()
  const session = sessionOn(line.talk)
  const { ran } = emulateShell(line, options)
  const asked = exchangeText(session, '_b', command, TIMEOUT, never)
  const result = await settled(line.clock, asked, ALL)
  line.talk.close()
  return { result, ran, repaired: session.repaired }
}

const answer = { status: 3, output: Buffer.from('one\ntwo words\n\nlast without end') }
const wanted = { status: 3, output: answer.output.toString() }

/** Splices `noise` in once, after `at` bytes of all that the board says. */
function spliceAt(at: number, noise: string): NonNullable<EmulatorOptions['speak']> {
  let said = 0
  return (bytes, say) => {
    const place = at - said
    said += bytes.length
    if (place < 0 || place > bytes.length) return say(bytes)
    say(Buffer.concat([bytes.subarray(0, place), Buffer.from(noise), bytes.subarray(place)]))
  }
}

const LENGTH = 130

describe('a command', () => {
  it('is right, and run once, with a kernel line spliced in at any position of its answer: nothing is asked again', async () => {
    for (let at = 0; at <= LENGTH; at++) {
      const { result, ran, repaired } = await run('do it', { run: () => answer, speak: spliceAt(at, KERNEL) })
      expect(result).toEqual({ value: expect.objectContaining(wanted) })
      expect({ at, ran, repaired }).toEqual({ at, ran: ['do it'], repaired: 0 })
    }
  })

  it('is right, and run once, with a line that nobody can recognise spliced in at any position of its answer', async () => {
    for (let at = 0; at <= LENGTH; at++) {
      const { result, ran } = await run('do it', { run: () => answer, speak: spliceAt(at, PLAIN) })
      expect(result).toEqual({ value: expect.objectContaining(wanted) })
      expect({ at, ran }).toEqual({ at, ran: ['do it'] })
    }
  })

  it('is right whatever its output, in whatever chunks, with noise every few bytes', async () => {
    const output = fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes)),
      fc
        .array(
          fc.constantFrom('a', '\r\n', '\n', KERNEL, `@${WORD} 1 0 99\n`, `${PROMPT}:1> `, `@${WORD} 1\n`),
        )
        .map(parts => Buffer.from(parts.join(''))),
    )
    await fc.assert(
      fc.asyncProperty(
        output,
        fc.integer(),
        fc.integer({ min: 20, max: 400 }),
        async (bytes, seed, every) => {
          const random = createRandom(seed)
          const { result, ran } = await run('do it', {
            run: () => ({ status: 0, output: bytes }),
            speak: noisily(random, every),
          })
          expect(result).toEqual({ value: expect.objectContaining({ status: 0, raw: bytes }) })
          expect(ran).toEqual(['do it'])
        },
      ),
      { numRuns: 150 },
    )
  })

  it('is never believed on any bytes that the board did not mean as its answer', async () => {
    const pieces = fc.oneof(
      fc.uint8Array({ maxLength: 30 }).map(bytes => Buffer.from(bytes).toString('latin1')),
      fc.constantFrom(
        `@${WORD} 1\r\n`,
        `@${WORD} 1 0 99\r\n`,
        `@${WORD} 1 0 -\r\n`,
        `@${WORD} 1 r\r\n`,
        `@${WORD} 1 b\r\n`,
        `@${WORD} 2 0 4294967295\r\n`,
        `${PROMPT}:1> `,
        `${PROMPT}:9> `,
        KERNEL,
        '\r\n',
        '\x1b[6n',
        '\0',
      ),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 12 }), fc.boolean(), async (parts, answers) => {
        const line = createMemoryLine()
        const session = sessionOn(line.talk)
        let rest = parts
        line.onTyped = typed => {
          const [first = '', ...others] = rest
          rest = others
          line.say(first)
          const echo = /echo (\w+)''(\w+):/.exec(typed)
          if (answers && echo !== null) line.say(`\r\n${echo[1]}${echo[2]}:${WORD}:\r\n`)
        }
        const result = await settled(line.clock, exchangeText(session, '_b', 'true', TIMEOUT, never), ALL * 5)
        expect('error' in result && result.error).toBeInstanceOf(HardwareError)
      }),
      { numRuns: 150 },
    )
  })

  it('that comes damaged is not run, and typed again', async () => {
    const line = createMemoryLine()
    const session = sessionOn(line.talk)
    const { ran } = emulateShell(line, { run: () => answer })
    const deliver = line.onTyped
    let lost = 0
    line.onTyped = typed => deliver(lost++ < 2 ? typed.replace('word', 'wrd') : typed)
    const result = await settled(line.clock, exchangeText(session, '_b', 'a word', TIMEOUT, never), ALL)
    expect(result).toEqual({ value: expect.objectContaining(wanted) })
    expect(ran).toEqual(['a word'])
  })

  it.each([
    ['its number', (typed: string) => typed.replace('_b 1 ', '_b  ')],
    ['its name', (typed: string) => typed.replace('_b', '_')],
    ['its last quote', (typed: string) => typed.replace("'\n", '\n')],
    ['its newline', (typed: string) => typed.replace('\n', '')],
    ['all of it', () => ''],
  ])('that loses %s on its way is run all the same, and once', async (_what, damage) => {
    const line = createMemoryLine()
    const session = sessionOn(line.talk)
    const { ran } = emulateShell(line, { run: () => answer })
    const deliver = line.onTyped
    let first = true
    line.onTyped = typed => {
      deliver(first ? damage(typed) : typed)
      first = false
    }
    const result = await settled(line.clock, exchangeText(session, '_b', 'a word', TIMEOUT, never), ALL)
    expect(result).toEqual({ value: expect.objectContaining(wanted) })
    expect(ran).toEqual(['a word'])
  })

  it('whose shell was replaced under it says so, and nothing more is typed in that session', async () => {
    const line = createMemoryLine()
    const session = sessionOn(line.talk)
    line.onTyped = typed => {
      const echo = /echo (\w+)''(\w+):/.exec(typed)
      line.say(echo === null ? 'sh: not found\r\n# ' : `${echo[1]}${echo[2]}::\r\n# `)
    }
    const first = await settled(line.clock, exchangeText(session, '_b', 'true', TIMEOUT, never), ALL)
    expect(first).toEqual({
      error: expect.objectContaining({ failure: expect.objectContaining({ cause: 'console lost' }) }),
    })
    line.onTyped = () => expect.unreachable()
    const second = await settled(line.clock, exchangeText(session, '_b', 'true', TIMEOUT, never), ALL)
    expect(second).toEqual(first)
  })

  it('on a console that falls silent is an error after its time and the ladder, with what was heard last', async () => {
    const line = createMemoryLine()
    const session = sessionOn(line.talk)
    line.say('last words\r\n')
    const result = await settled(line.clock, exchangeText(session, '_b', 'true', TIMEOUT, never), ALL)
    const error = 'error' in result ? result.error : null
    expect(error).toBeInstanceOf(HardwareError)
    expect(error).toMatchObject({
      code: 'hardware-no-prompt',
      message: expect.stringContaining('last words'),
    })
  })

  it.each([
    ['whose end was torn', `@${WORD} 1\r\n@${WORD} 1 0 9\r\n${PROMPT}:1> `],
    ['that never ends', `@${WORD} 1\r\n`],
  ])('%s is an error in its time also where others talk without end', async (_what, said) => {
    const line = createMemoryLine()
    const session = sessionOn(line.talk)
    line.onTyped = typed => {
      if (typed.startsWith('_b')) line.say(said)
      const echo = /echo (\w+)''(\w+):/.exec(typed)
      if (echo !== null) line.say(`\r\n${echo[1]}${echo[2]}:${WORD}:\r\n`)
    }
    const chatter = (): void => {
      line.say('somebody else\r\n')
      line.clock.after(100, chatter)
    }
    chatter()
    const result = await settled(line.clock, exchangeText(session, '_b', 'true', TIMEOUT, never), ALL * 5)
    expect('error' in result && result.error).toMatchObject({ code: 'hardware-not-answering' })
  })

  it('ends at once, with the reason, when the console is lost or the caller gives up', async () => {
    const line = createMemoryLine()
    const session = sessionOn(line.talk)
    const lost = exchangeText(session, '_b', 'true', TIMEOUT, never)
    const state = { connected: false, since: 0, lastByteAt: null, problem: 'reset by peer', head: 0 }
    line.news({ kind: 'state', state })
    await expect(lost).rejects.toMatchObject({
      code: 'hardware-console-lost',
      message: expect.stringContaining('reset by peer'),
    })
    const caller = new AbortController()
    const given = exchangeText(session, '_b', 'true', TIMEOUT, caller.signal)
    caller.abort(new Error('enough'))
    await expect(given).rejects.toThrow('enough')
    expect(line.clock.timers).toBe(0)
  })

  it('after a timeout nothing is sent before a fresh question is answered, and a late answer is nobody’s', async () => {
    const line = createMemoryLine()
    const session = sessionOn(line.talk)
    const emulated = emulateShell(line, {
      run: command => ({ status: 0, output: Buffer.from(`${command}\n`) }),
    })
    const deliver = line.onTyped
    const kept: string[] = []
    line.onTyped = typed => kept.push(typed)
    const caller = new AbortController()
    const first = exchangeText(session, '_b', 'first', TIMEOUT, caller.signal)
    await line.clock.pass(10)
    caller.abort(new Error('too slow'))
    await expect(first).rejects.toThrow('too slow')
    line.onTyped = typed => {
      // The board wakes up: the old line first.
      for (const text of kept.splice(0)) deliver(text)
      deliver(typed)
    }
    const second = await settled(line.clock, exchangeText(session, '_b', 'second', TIMEOUT, never), ALL)
    expect(second).toEqual({ value: expect.objectContaining({ status: 0, output: 'second\n' }) })
    expect(emulated.ran).toEqual(['first', 'second'])
  })

  it('that prints without end is stopped, and told', async () => {
    const line = createMemoryLine()
    const session = sessionOn(line.talk)
    emulateShell(line, {
      run() {
        for (let at = 0; at < 40; at++) line.say(Buffer.alloc(1024 * 1024, `${'y'.repeat(999)}\n`))
        return { status: 0, output: Buffer.alloc(0) }
      },
      speak(bytes, say) {
        say(bytes)
      },
    })
    const deliver = line.onTyped
    line.onTyped = typed => {
      if (typed.startsWith('_b')) line.say(`@${WORD} 1\r\n`)
      deliver(typed)
    }
    const result = await settled(line.clock, exchangeText(session, '_b', 'yes', TIMEOUT, never), ALL)
    expect(result).toEqual({ error: expect.objectContaining({ code: 'hardware-output-limit' }) })
  })
})

/** Kernel lines spliced in at random, and the whole in random chunks. */
function noisily(random: () => number, every: number): NonNullable<EmulatorOptions['speak']> {
  return (bytes, say) => {
    let from = 0
    while (from < bytes.length) {
      const size = 1 + Math.floor(random() * 2 * every)
      say(bytes.subarray(from, from + size))
      from += size
      if (from < bytes.length) say(Buffer.from(kernelLine(random)))
    }
  }
}
