import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createDownload } from '../../../../src/bot/slack/outbound/download.ts'
import type { SlackFile } from '../../../../src/bot/slack/types.ts'
import { systemClock } from '../../../../src/clock.ts'
import { InputError } from '../../../../src/errors.ts'
import { createFakeClock } from '../../../fake-clock.ts'
import { until } from '../../../until.ts'
import { type SlackServer, startSlackServer } from './slack-server.ts'

let slack: SlackServer
let other: SlackServer
beforeEach(async () => {
  slack = await startSlackServer()
  other = await startSlackServer()
})
afterEach(async () => {
  await slack.close()
  await other.close()
})

const BYTES = Buffer.from('\x7fELF rest of the program')

function fileOf(more: Partial<SlackFile> = {}): SlackFile {
  return { id: 'F1', name: 'hello', size: BYTES.length, url: `${slack.origin}/files/F1`, ...more }
}

function downloaded(file: SlackFile, fileLimitBytes = 1_000): Readable {
  const deps = { botToken: 'xoxb-test', apiUrl: slack.url, clock: systemClock, fileLimitBytes }
  return createDownload(deps)(file)
}

test('the bytes come as they were posted, asked for with the token', async () => {
  slack.page = (request, response) => {
    expect(request.headers.authorization).toBe('Bearer xoxb-test')
    response.end(BYTES)
  }
  expect(await buffer(downloaded(fileOf()))).toEqual(BYTES)
  expect(await buffer(downloaded(fileOf({ size: null })))).toEqual(BYTES)
})

test.each([-1, 1])('a size that is off by %i is refused: nothing is run of it', async off => {
  slack.page = (_, response) => void response.end(BYTES)
  await expect(buffer(downloaded(fileOf({ size: BYTES.length + off })))).rejects.toThrow(InputError)
})

test('the log-in page is none of the file', async () => {
  slack.page = (_, response) =>
    void response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>')
  const error = { code: 'slack-file_not_handed_out' }
  await expect(buffer(downloaded(fileOf()))).rejects.toMatchObject(error)
  await expect(buffer(downloaded(fileOf({ size: 6 })))).rejects.toMatchObject(error)
  expect(String(await buffer(downloaded(fileOf({ name: 'report.html', size: 6 }))))).toBe('<html>')
})

test('a redirect to another host gets neither the token nor a visit', async () => {
  other.page = () => expect.unreachable('the token leaked')
  slack.page = (_, response) => void response.writeHead(302, { location: `${other.origin}/login` }).end()
  await expect(buffer(downloaded(fileOf()))).rejects.toMatchObject({ code: 'slack-file_not_handed_out' })
})

test('a redirect among the file hosts is followed, a circle is not', async () => {
  slack.page = (request, response) => {
    if (request.url === '/files/F1') response.writeHead(302, { location: '/files/F2' }).end()
    else response.end(BYTES)
  }
  expect(await buffer(downloaded(fileOf()))).toEqual(BYTES)
  slack.page = (_, response) => void response.writeHead(302, { location: '/files/F1' }).end()
  await expect(buffer(downloaded(fileOf()))).rejects.toMatchObject({ code: 'slack-file_not_handed_out' })
})

test.each([
  'http://files.slack.com/x',
  'https://files.slack.com.evil.example/x',
  'https://files.slack.com@evil.example/x',
  'https://evil.example/files.slack.com',
  'nonsense',
])('%s is no file host of Slack: it is not asked', async url => {
  await expect(buffer(downloaded(fileOf({ url })))).rejects.toMatchObject({ code: 'slack-foreign_file' })
})

test('what is larger than the limit is refused, said to be so or not', async () => {
  slack.page = (_, response) => void response.end(Buffer.alloc(2_000))
  await expect(buffer(downloaded(fileOf({ size: 2_000 })))).rejects.toThrow('larger than 1000 bytes')
  await expect(buffer(downloaded(fileOf({ size: null })))).rejects.toThrow('larger than 1000 bytes')
})

test('a deleted file, a cut connection and a silent one are told apart', async () => {
  slack.page = (_, response) => void response.writeHead(404).end()
  await expect(buffer(downloaded(fileOf()))).rejects.toMatchObject({ code: 'slack-file_deleted' })
  slack.page = (_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write(BYTES)
    response.destroy()
  }
  await expect(buffer(downloaded(fileOf()))).rejects.toMatchObject({ code: 'slack-cut' })
  slack.page = (_, response) => void response.writeHead(200).write('x')
  const clock = createFakeClock()
  const deps = { botToken: 'xoxb-test', apiUrl: slack.url, clock, idleMs: 1_000 }
  const silent = createDownload(deps)(fileOf())
  let got = 0
  const whole = new Promise((_, reject) => {
    silent.on('data', () => got++)
    silent.on('error', reject)
  })
  await until(() => got > 0 && clock.timers > 0, 'the first byte')
  await Promise.all([clock.pass(1_000), expect(whole).rejects.toMatchObject({ code: 'slack-timeout' })])
})

test('a reader that goes away closes the connection', async () => {
  let closed = false
  slack.page = (_, response) => {
    response.on('close', () => {
      closed = true
    })
    response.write('x')
  }
  const stream = downloaded(fileOf())
  stream.once('data', () => stream.destroy())
  await until(() => closed, 'the end of the connection')
})
