import fc from 'fast-check'
import { expect, test } from 'vitest'
import { argumentsOf } from '../../src/commands/argument.ts'
import { createDispatcher, type Outcome } from '../../src/commands/dispatch.ts'
import { parseLine } from '../../src/commands/grammar.ts'
import { wordsNamed } from '../../src/commands/named.ts'
import { commands } from '../../src/commands/registry.ts'
import type { AnyCommand } from '../../src/commands/types.ts'
import { formatWords } from '../../src/commands/words.ts'
import { silentLog } from '../../src/log.ts'
import { createFakeClock } from '../fake-clock.ts'
import { createLabPort, type LabPort, person } from './lab-port.ts'

function named(name: string): AnyCommand {
  const found = commands.find(each => each.name === name)
  if (found === undefined) throw new Error(`no ${name}`)
  return found
}

async function call(lab: LabPort, name: string, raw: Record<string, unknown>): Promise<Outcome> {
  const dispatcher = createDispatcher({ commands, lab, log: silentLog, clock: createFakeClock() })
  return await dispatcher.call({
    command: named(name),
    raw,
    person: { ...person('ci'), platform: 'http' },
    origin: { channel: 'home', place: 'home' },
    file: async () => null,
    where: 'http 10.0.0.5',
  })
}

test('I3 arguments by name do what their line does, and the audit has that line and where it came from', async () => {
  const lab = createLabPort()
  const outcome = await call(lab, 'run-test', {
    family: 'socA',
    shell: 'uname -a',
    priority: 'high',
    env: { A: 'b c' },
  })
  expect(outcome).toMatchObject({ kind: 'done', command: 'run-test', started: 'run/T1' })
  expect(lab.entries).toMatchObject([
    {
      where: 'http 10.0.0.5',
      line: 'run-test socA --priority high --env \'A=b c\' --shell "uname -a"'.replace(
        '"uname -a"',
        "'uname -a'",
      ),
      decision: 'allowed',
    },
  ])
})

test('what is missing is a fault and not a form, and a name that is not there has the nearest', async () => {
  const lab = createLabPort()
  expect(await call(lab, 'run-test', {})).toMatchObject({ kind: 'fault', fault: { code: 'input' } })
  expect(await call(lab, 'run-test', { family: 'scoA', shell: 'x' })).toMatchObject({
    kind: 'fault',
    fault: { code: 'not-found', message: expect.stringContaining('Did you mean socA?') as string },
  })
})

const ofAny = fc.constantFrom(...commands)
const word = fc.string({ unit: 'grapheme', maxLength: 12 }).filter(text => !/[\n\r]/.test(text))

function rawOf(command: AnyCommand): fc.Arbitrary<Record<string, unknown>> {
  const shapes = { text: word, choice: word, number: fc.nat(99), switch: fc.constant(true) }
  const fields = argumentsOf(command).map(({ name, shape, meta }) => {
    const list = fc.array(word, { minLength: 1, maxLength: 3 })
    const pairs = fc.dictionary(fc.stringMatching(/^[A-Z]{1,4}$/), word, { minKeys: 1, maxKeys: 2 })
    const arbitrary = shape === 'list' ? list : shape === 'pairs' ? pairs : shapes[shape]
    return [name, meta.all === true ? fc.stringMatching(/^[a-z]+( [a-z]+)?$/) : arbitrary] as const
  })
  return fc.record(Object.fromEntries(fields))
}

test('the line of named arguments is typed to the same arguments', () => {
  const given = ofAny.chain(command => fc.tuple(fc.constant(command), rawOf(command)))
  fc.assert(
    fc.property(given, ([command, raw]) => {
      const parsed = parseLine(formatWords(wordsNamed(command, raw)), commands)
      if (!parsed.ok) throw new Error(parsed.fault.message)
      expect(parsed.command.name).toBe(command.name)
      expect(parsed.bound.raw).toEqual(raw)
    }),
    { numRuns: 400 },
  )
})

test('whatever JSON is given, it is an outcome, and it is audited', async () => {
  await fc.assert(
    fc.asyncProperty(ofAny, fc.dictionary(fc.string(), fc.jsonValue()), async (command, raw) => {
      const lab = createLabPort()
      const outcome = await call(lab, command.name, raw)
      expect(['done', 'fault', 'confirm']).toContain(outcome.kind)
      if (outcome.kind === 'fault') expect(outcome.fault.code).not.toBe('internal')
      expect(lab.entries).toHaveLength(1)
    }),
    { numRuns: 300 },
  )
})
