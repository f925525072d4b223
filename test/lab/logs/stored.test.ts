import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createRunLogs } from '../../../src/lab/logs/run-logs.ts'
import { silentLog } from '../../../src/log.ts'
import { openArtifacts } from '../../../src/storage/artifacts.ts'
import { createFakeClock } from '../../fake-clock.ts'
import { until } from '../../until.ts'

test('lines of a file that grows in the store come with the times they came at, and go with the file', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'boardroom-'))
  onTestFinished(() => rm(dir, { recursive: true, force: true }))
  const clock = createFakeClock()
  const exit = (error: Error): void => {
    throw error
  }
  const artifacts = await openArtifacts({ clock, log: silentLog, exit, dir })
  const logs = createRunLogs({ artifacts, clock })
  const file = await artifacts.open('T12', 'console.log', 'text/plain')
  file.append(Buffer.from('U-Boot\r\nlog'), 1_000)
  await until(
    async () => (await logs.size('T12', 'console.log'))?.bytes === 11,
    'the first bytes are written',
  )
  expect(await logs.lines('T12', 'console.log', 1, 9)).toEqual({
    ...{ from: 1, lines: 2, whole: 1, bytes: 11, grows: true },
    shown: [
      { text: 'U-Boot', t: 1_000 },
      { text: 'log', t: 1_000 },
    ],
  })
  file.append(Buffer.from('in: root\r\n'), 2_000)
  file.append(Buffer.from('# \x1b[1mready\x1b[0m'), 3_000)
  await file.seal()
  expect(await logs.lines('T12', 'console.log', 2, 9)).toMatchObject({
    grows: false,
    shown: [
      { text: 'login: root', t: 1_000 },
      { text: '# \x1b[1mready\x1b[0m', t: 3_000 },
    ],
  })
  expect(await logs.find('T12', 'console.log', 'READY', { limit: 9 })).toEqual({
    hits: [3],
    total: 1,
    next: null,
  })
  await artifacts.remove('T12', 'older than 7 days')
  expect(await logs.lines('T12', 'console.log', 1, 9)).toBeNull()
  await artifacts.close()
})
