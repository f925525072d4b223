import { expect, it } from 'vitest'
import { runProgram } from '../../../../src/hardware/console/program/program.ts'
import { findingOf } from '../../../reading/finding.ts'
import {
  createMemoryLine,
  emulateShell,
  type MemoryLine,
  PROMPT,
  sessionOn,
  settled,
} from '../shell/emulator.ts'

const never = new AbortController().signal
const ALL = 120_000

/** `printed` is given the start frame as it was; null: the program is never heard to end. */
async function run(
  printed: (start: string) => string | null,
  onStarted: (line: MemoryLine, number: number) => void,
) {
  const line = createMemoryLine()
  const session = sessionOn(line.talk)
  session.survey = { setsid: 'setsid', env: true, df: true, decoder: 'base64 -d' }
  const log: Buffer[] = []
  const say = line.say
  line.say = bytes => {
    log.push(Buffer.from(bytes as Uint8Array))
    say(bytes)
  }
  let start = ''
  let number = 0
  emulateShell(line, {
    run: text => ({ status: 0, output: Buffer.from(text === 'cat $_d/s' ? `${number} 5\n` : '') }),
    program() {
      const output = printed(`@${start} ${number}`)
      return output === null ? null : { status: 0, output: Buffer.from(output) }
    },
  })
  const deliver = line.onTyped
  line.onTyped = typed => {
    const asked = /^_w (\d+) (\w+)/.exec(typed)
    if (asked !== null) {
      number = Number(asked[1])
      start = asked[2] ?? ''
    }
    deliver(typed)
  }
  const program = { folder: '/', argv: ['./it'], env: {} }
  const asked = runProgram(session, program, { graceMs: 100 }, never, never, () => onStarted(line, number))
  const result = await settled(line.clock, asked, ALL)
  line.talk.close()
  if ('error' in result) throw result.error
  const all = Buffer.concat(log)
  const output = result.value.output.map(({ from, to }) => all.subarray(from, to).toString())
  return { ...result.value, output: output.join('').replaceAll('\r', '') }
}

it('the start of a program, repeated while it runs, takes nothing from its output', async () => {
  const { output } = await run(
    start => `one\n\n${start}\ntwo\n`,
    () => {},
  )
  expect(output).toBe('one\ntwo\n')
})

it('a program without its guard, whose end was torn twice, has ended all the same: its status is in the journal', async () => {
  const end = await run(
    () => null,
    line => {
      line.news({
        kind: 'finding',
        finding: findingOf({ cause: 'panic', title: 'kernel panic: not really' }),
      })
    },
  )
  expect(end).toMatchObject({ status: 5, endedBy: 'itself' })
})

it('a program whose end was torn twice has ended when our prompt is heard, whatever else is said behind it without a line end', async () => {
  // More than is looked at of an unfinished line.
  const drown = 'x'.repeat(600)
  const end = await run(
    () => null,
    (line, number) => {
      const prompt = `${PROMPT}:${number}> `
      for (const said of [drown, prompt.slice(0, 4), `${prompt.slice(4)}${drown}`])
        line.say(Buffer.from(said))
    },
  )
  expect(end).toMatchObject({ status: 5, endedBy: 'itself', output: drown })
  // No newline had to be typed to bring the prompt again: it would be drowned, too.
  expect(end.durationMs).toBeLessThan(1000)
})
