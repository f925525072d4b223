import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { type LogFields, silentLog } from '../../src/log.ts'
import { createBreeThreads } from '../../src/scheduler/bree.ts'
import type { Thread } from '../../src/scheduler/types.ts'
import { until } from '../until.ts'

const HOUR = 3_600_000

function job(name: string): string {
  return fileURLToPath(new URL(`./jobs/${name}.ts`, import.meta.url))
}

function run(...threads: (Partial<Thread> & { name: string })[]) {
  const messages: [string, unknown][] = []
  const errors: string[] = []
  const log = {
    ...silentLog,
    error: (fields: LogFields, text: string) => void errors.push(`${text}: ${fields['error']}`),
  }
  const bree = createBreeThreads(
    threads.map(thread => ({ path: job(thread.name), everyMs: HOUR, brief: true, ...thread })),
    (thread, message) => messages.push([thread, message]),
    log,
  )
  onTestFinished(() => bree.stop(0))
  return { bree, messages, errors }
}

test('a thread runs a TypeScript file with its data, and its messages arrive with its name', async () => {
  const { bree, messages } = run({ name: 'talker', data: { word: 'tick' } })
  await bree.start()
  await until(() => messages.length === 1, 'the message')
  expect(messages).toEqual([['talker', { said: 'tick' }]])
})

test('a thread runs again at its interval', async () => {
  const { bree, messages } = run({ name: 'talker', everyMs: 20 })
  await bree.start()
  await until(() => messages.length >= 3, 'three runs')
})

test('an error in a thread is told once, though Bree tells of it twice', async () => {
  const { bree, errors, messages } = run({ name: 'thrower' }, { name: 'talker', everyMs: 20 })
  await bree.start()
  await until(() => errors.length > 0, 'the error')
  const before = messages.length
  await until(() => messages.length > before + 2, 'other threads to come and go')
  expect(errors).toEqual(['a clock hand failed: Error: the spring broke'])
})

test('each run that fails is told', async () => {
  const { bree, errors } = run({ name: 'thrower', everyMs: 20 })
  await bree.start()
  await until(() => errors.length >= 3, 'three errors')
  expect(new Set(errors)).toEqual(new Set(['a clock hand failed: Error: the spring broke']))
})

test.for(['stuck', 'deaf'])('stop ends a thread that is %s', async name => {
  const { bree, messages, errors } = run({ name, brief: false })
  await bree.start()
  await until(() => messages.length === 1, 'the thread to be up')
  await bree.stop(50)
  expect(errors).toEqual([])
})

test('no message arrives after stop, and stop may be called again and before start', async () => {
  const { bree, messages } = run({ name: 'talker', everyMs: 10 })
  await bree.stop(50)
  expect(messages).toEqual([])
  await bree.stop(50)
})

test('a path that Bree would take for a program text is a path', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'boardroom-a+b#{1}&(x|y)-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'talker.ts')
  await copyFile(job('talker'), path)
  const { bree, messages, errors } = run({ name: 'talker', path })
  await bree.start()
  await until(() => messages.length + errors.length > 0, 'the message')
  expect(errors).toEqual([])
})
