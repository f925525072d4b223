import { createReadStream } from 'node:fs'
import { InputError, messageOf } from '../errors.ts'
import { readCases } from '../reading/cases/read-cases.ts'

/** `boardroom cases FILE`: the test cases of a console log or a JUnit file, as JSON. 0 whatever they say; a bad file throws. */
export async function runCases([file, ...more]: readonly string[]): Promise<number> {
  const hint = 'boardroom cases FILE, with - for the standard input'
  if (file === undefined) throw new InputError('cases: which file?', { hint })
  if (more.length > 0)
    throw new InputError(`cases: one file at a time, not also "${more.join(' ')}"`, { hint })
  const name = file === '-' ? 'the standard input' : file
  const report = await readCases(bytesOf(file), name)
  process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
  return 0
}

async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  try {
    const stream = file === '-' ? process.stdin : createReadStream(file)
    for await (const chunk of stream) yield chunk as Uint8Array
  } catch (error) {
    throw new InputError(`${file} cannot be read: ${messageOf(error)}`, {
      hint: 'Give a file that holds a console log or JUnit XML, or - and the log on the standard input.',
    })
  }
}
