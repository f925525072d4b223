import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fileNamed } from '../../src/commands/file-named.ts'
import { InputError, LabError } from '../../src/errors.ts'
import type { IncomingFile } from '../../src/lab/lab.ts'
import { rejection } from '../storage/toy.ts'
import { ask, done } from './ask.ts'
import { createLabPort } from './lab-port.ts'

function file(name: string): IncomingFile {
  return { name, size: 1, open: () => Readable.from([Buffer.from('x')]) }
}

/** A lab that says where a file was asked for, and a face that does. */
const lab = createLabPort({
  fileAt: async url => file(`at ${url}`),
  storedFile: async (owner, name) => file(`kept ${owner} ${name}`),
})
const nothing = async (): Promise<null> => null
const missing = (word: string): Promise<never> =>
  Promise.reject(new InputError(`There is no file ${word}.`, { hint: 'Look again.' }))
const here = async (word: string): Promise<IncomingFile> => file(`here ${word}`)

test.each([
  ['https://ci.example.com/job/hello', 'at https://ci.example.com/job/hello'],
  ['HTTP://ci.example.com/x', 'at HTTP://ci.example.com/x'],
  ['T12/hello', 'kept T12 hello'],
  ['t12/suite.tar.gz', 'kept T12 suite.tar.gz'],
  ['L3/notes', 'kept L3 notes'],
])('M6.1 %s is %s on every face', async (word, name) => {
  for (const face of [nothing, missing])
    expect(await fileNamed(word, { file: face, lab })).toMatchObject({ name })
})

test('a file at hand goes before a kept one of the same word, and never before an address', async () => {
  for (const word of ['T12/hello', './T12/hello', 'hello', 'T12', 'T12/a/b', 'T0/hello', 'B7/x'])
    expect(await fileNamed(word, { file: here, lab })).toMatchObject({ name: `here ${word}` })
  expect(await fileNamed('https://x.test/', { file: here, lab })).toMatchObject({
    name: 'at https://x.test/',
  })
})

test('any other word is the face’s own: what it says of it is said', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 20 }), async word => {
      fc.pre(!/^https?:\/\//i.test(word) && !/^[TL]\d+\/[^/]+$/i.test(word))
      expect(await fileNamed(word, { file: nothing, lab })).toBeNull()
      expect(await rejection(fileNamed(word, { file: missing, lab }))).toMatchObject({ hint: 'Look again.' })
    }),
  )
  const broken = new LabError('slack', 'Slack does not answer.', {
    hint: 'Again.',
    failure: 'infrastructure',
  })
  expect(await rejection(fileNamed('T12/x', { file: () => Promise.reject(broken), lab }))).toBe(broken)
})

test('M6.1 run-test takes both, and says in chat that it does', async () => {
  await done(lab, 'run-test socA T12/hello -- -v', { file: nothing })
  await done(lab, 'run-test socA https://ci.example.com/hello', { file: nothing })
  expect(lab.submitted).toMatchObject([
    { program: { kind: 'file', file: { name: 'kept T12 hello' } }, args: ['-v'] },
    { program: { kind: 'file', file: { name: 'at https://ci.example.com/hello' } } },
  ])
  const outcome = await ask(lab, 'run-test socA ./hello', { file: nothing })
  expect(outcome).toMatchObject({ exit: 3, fault: { hint: expect.stringContaining('T12/hello') } })
})

test('what the lab says of an address or a kept file is what people read', async () => {
  const refusing = createLabPort({
    fileAt: () =>
      Promise.reject(
        new InputError('It is not among them.', { code: 'address', hint: 'Use settings.http.binaries.' }),
      ),
  })
  const outcome = await ask(refusing, 'run-test socA https://evil.test/x', { file: nothing })
  expect(outcome).toMatchObject({
    exit: 3,
    fault: { code: 'address', message: 'It is not among them.', hint: 'Use settings.http.binaries.' },
  })
})
