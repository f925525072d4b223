import fc from 'fast-check'
import { expect, test } from 'vitest'
import { drawTelling } from '../../src/cards/tellings.ts'
import { drawTopic } from '../../src/cards/topics.ts'
import { commands } from '../../src/commands/registry.ts'
import { type LabUnderTest, openLab } from '../lab/harness.ts'
import { aBoard } from '../lab/samples.ts'
import { ask } from './ask.ts'

/** Words that every object of the language knows, and nobody has stored anything under. */
const STRANGE = Object.getOwnPropertyNames(Object.prototype)
const TOPICS = ['run', 'lease', 'board', 'power', 'alert', 'artifact']

async function withLab(work: (under: LabUnderTest) => Promise<void>): Promise<void> {
  const under = await openLab({ boards: [aBoard('a1')] })
  try {
    await work(under)
  } finally {
    await under.close()
  }
}

test('no command is broken by a word that only looks like something stored, wherever it stands', async () => {
  const word = fc.constantFrom(...STRANGE)
  const form = fc.constantFrom(
    (name: string, strange: string) => `${name} ${strange}`,
    (name: string, strange: string) => `${name} ${strange} ${strange}`,
    (name: string, strange: string) => `${name} a1 --${strange} x`,
    (name: string, strange: string) => `${name} socA --board ${strange} --env ${strange}=1 --shell true`,
  )
  await withLab(async ({ lab }) => {
    const line = fc.record({ name: fc.constantFrom(...commands.map(({ name }) => name)), word, form })
    await fc.assert(
      fc.asyncProperty(line, async typed => {
        const outcome = await ask(lab, typed.form(typed.name, typed.word))
        if (outcome.kind === 'fault') expect(outcome.fault.code).not.toBe('internal')
      }),
      { numRuns: 400 },
    )
  })
})

test.each(STRANGE)('nothing is drawn of %s', async strange => {
  await withLab(async ({ lab }) => {
    for (const topic of [strange, ...TOPICS.map(kind => `${kind}/${strange}`)]) {
      expect(await drawTopic(topic, lab), topic).toBeNull()
      expect(await drawTelling(topic, lab), topic).toBeNull()
    }
  })
})
