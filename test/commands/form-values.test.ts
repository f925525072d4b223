import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fieldsOf, lineOf, valuesOf } from '../../src/commands/form.ts'
import { parseLine } from '../../src/commands/grammar.ts'
import { optionsOf } from '../../src/commands/lookup.ts'
import { commands } from '../../src/commands/registry.ts'
import { formatWord } from '../../src/commands/words.ts'
import { anyText } from '../cards/arbitrary-view.ts'
import { createLabPort } from './lab-port.ts'

const runTest = commands.find(command => command.name === 'run-test')

function again(line: string): string {
  const parsed = parseLine(line, commands)
  if (!parsed.ok) throw new Error(parsed.fault.message)
  return lineOf(parsed.command, valuesOf(parsed.command, parsed.bound.raw))
}

test('a form that is filled in from a line stands for that very line', () => {
  const text = anyText.filter(each => each.trim() !== '' && each === each.trim())
  const values = fc.record(
    {
      family: text,
      binary: text,
      args: fc.array(anyText, { maxLength: 3 }).map(list => list.map(formatWord).join(' ')),
      priority: fc.constantFrom('high', 'normal', 'low'),
      timeout: fc.constantFrom('30m', '2h'),
      env: fc.dictionary(fc.stringMatching(/^[A-Z]{1,4}$/), anyText, { maxKeys: 3 }).map(pairs =>
        Object.entries(pairs)
          .map(([name, value]) => formatWord(`${name}=${value}`))
          .join('\n'),
      ),
    },
    { requiredKeys: ['family', 'binary'] },
  )
  if (runTest === undefined) throw new Error('no run-test')
  fc.assert(
    fc.property(values, given => {
      const line = lineOf(runTest, given)
      expect(again(line)).toBe(line)
    }),
    { numRuns: 200 },
  )
})

test('H10 boards beside a family are those of the family; beside anything else they are all there are', () => {
  const lab = createLabPort()
  const boards = (...beside: string[]): string[] =>
    optionsOf('boards', '', lab, commands, beside).map(option => option.value)
  const all = boards()
  const [family] = lab.families()
  if (runTest === undefined || family === undefined) throw new Error('no family')
  const fitting = lab
    .boards()
    .filter(board => board.config.family === family.name)
    .map(board => board.config.id)
  expect(boards(family.name)).toEqual(fitting)
  expect(fitting.length).toBeLessThan(all.length)
  expect(boards('hello', 'high')).toEqual(all)
  const field = fieldsOf(runTest, lab, commands, [family.name]).find(each => each.name === 'board')
  expect(field?.options?.map(option => option.value)).toEqual(fitting)
})
