import { InputError } from '../../errors.ts'
import { createLineSplitter } from '../lines.ts'
import { createCollector, LIMITS, type Limits } from './collector.ts'
import { createJunitReader } from './junit-read.ts'
import { createCaseReader } from './reader.ts'
import type { CaseReport } from './types.ts'
import { XmlError } from './xml.ts'

/** Results stand in short lines; of a longer one the beginning is read. */
const LONGEST_LINE = 16 * 1024
/** So much shows what a file is. */
const SNIFFED = 256
const XML = /^\ufeff?\s*<(?:\?xml|testsuites?[\s>])/
const GZIP = Buffer.from([0x1f, 0x8b])

type Sink = { push(bytes: Uint8Array): void; end(): CaseReport }

/**
 * The cases of a file: JUnit XML, known by its first bytes, or a console log. `name` is for sentences.
 * Throws an `InputError` where the file is neither.
 */
export async function readCases(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  limits: Limits = LIMITS,
): Promise<CaseReport> {
  let head: Buffer | null = Buffer.alloc(0)
  let sink: Sink | null = null
  for await (const chunk of chunks) {
    if (head !== null) head = Buffer.concat([head, chunk])
    else sink?.push(chunk)
    if (head !== null && head.length >= SNIFFED) {
      sink = open(head, name, limits)
      head = null
    }
  }
  return (sink ?? open(head ?? Buffer.alloc(0), name, limits)).end()
}

function open(head: Buffer, name: string, limits: Limits): Sink {
  if (head.subarray(0, GZIP.length).equals(GZIP)) {
    throw new InputError(`${name} is compressed`, { hint: `Unpack it first: gunzip --stdout ${name}` })
  }
  const sink = XML.test(head.toString('utf8')) ? junitSink(name, limits) : logSink(limits)
  sink.push(head)
  return sink
}

function logSink(limits: Limits): Sink {
  const splitter = createLineSplitter({ maxLine: LONGEST_LINE })
  const reader = createCaseReader(limits)
  let offset = 0
  return {
    push(bytes) {
      for (const line of splitter.push(bytes, offset)) reader.push(line)
      offset += bytes.length
    },
    end() {
      for (const line of splitter.flush()) reader.push(line)
      return reader.end()
    },
  }
}

function junitSink(name: string, limits: Limits): Sink {
  const collector = createCollector(limits)
  const reader = createJunitReader(collector)
  const decoder = new TextDecoder()
  const read = (act: () => void): void => {
    try {
      act()
    } catch (error) {
      if (!(error instanceof XmlError)) throw error
      throw new InputError(`${name} is not JUnit XML: line ${error.line}: ${error.message}`, {
        hint: 'Look at the line; a file of another kind is read as a console log only if it does not begin like XML.',
      })
    }
  }
  return {
    push: bytes => read(() => reader.push(decoder.decode(bytes, { stream: true }))),
    end() {
      read(() => reader.push(decoder.decode()))
      reader.end()
      return collector.report()
    },
  }
}
