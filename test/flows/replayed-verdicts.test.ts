import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Run } from '../../src/lab/types.ts'
import { createLogReader, type Reading } from '../../src/reading/log-reader.ts'
import { FAILURES } from '../reading/corpus/failures.ts'
import { startWorld } from './world.ts'

const DEADLINE_MS = 120_000
/** What ends a run, and what is only told, one sample of each. */
const KINDS = ['panic', 'init missing', 'oops', 'bug', 'kasan', 'warning', 'soft lockup', 'oom kill']

/** As `boardroom verdict FILE` does, and with the exit status that was seen. */
function verdict(text: string, { result }: Run): Reading {
  const isSeen = result?.endedBy === 'itself'
  const reader = createLogReader({ stage: 'run', ...(isSeen ? { exit: result.exitStatus } : {}) })
  reader.push(Buffer.from(text))
  return reader.end()
}

it('M6.7 a recorded log that is played to the whole product again ends as boardroom verdict reads its file', {
  timeout: DEADLINE_MS,
}, async () => {
  const dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  const samples = KINDS.map(kind => FAILURES.find(sample => sample.kind === kind))
  const files = await Promise.all(
    samples.map(async (sample, at) => {
      const file = join(dir, `${at}.log`)
      await writeFile(file, sample?.text ?? '')
      return file
    }),
  )
  const boards = files.map((replay, at) => ({ id: `b${at}`, family: 'socA', like: { replay } }))
  const world = await startWorld({ boards, families: { socA: {} }, settings: { attempts: 1 } })
  try {
    const ids: string[] = []
    for (const { id } of boards)
      ids.push(await world.start(`run-test socA --board ${id} --timeout 20s --shell replay`))
    for (const [at, id] of ids.entries()) {
      const run = await world.finished(id)
      const read = verdict(samples[at]?.text ?? '', run)
      expect([KINDS[at], run.result?.title ?? null]).toEqual([KINDS[at], read.verdict?.title ?? null])
      const { class: whose, cause, blame } = read.verdict ?? {}
      expect(run.result?.failure ?? {}).toEqual(read.verdict === null ? {} : { class: whose, cause, blame })
      expect(run.result?.proof).toEqual(read.verdict?.proof ?? [])
      expect(run.result?.events?.map(({ title }) => title)).toEqual(read.events.map(({ title }) => title))
    }
  } finally {
    await world.close()
    await rm(dir, { recursive: true })
  }
})
