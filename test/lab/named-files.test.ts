import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { LabError } from '../../src/errors.ts'
import type { FileServers } from '../../src/lab/files/named.ts'
import type { IncomingFile } from '../../src/lab/lab.ts'
import { rejection } from '../storage/toy.ts'
import { until } from '../until.ts'
import { bareServer, elsewhere, webOn } from '../web/server.ts'
import { ended, HERE, type LabUnderTest, MEI, openLab } from './harness.ts'
import { aBoard, aRequest } from './samples.ts'

const MINUTE = 60_000

async function lab(web?: FileServers): Promise<LabUnderTest> {
  const under = await openLab({ boards: [aBoard('a1')], ...(web === undefined ? {} : { web }) })
  onTestFinished(() => under.close())
  return under
}

function submitting(
  under: LabUnderTest,
  file: IncomingFile,
  family = 'socA',
): ReturnType<typeof under.lab.submit> {
  return under.lab.submit(aRequest({ family, program: { kind: 'file', file } }), MEI, HERE)
}

function file(name: string, content: string): IncomingFile {
  return { name, size: content.length, open: () => Readable.from([Buffer.from(content)]) }
}

/** A test that has run, with its binary `hello`. */
async function passed(under: LabUnderTest): Promise<string> {
  const { id } = await submitting(under, file('hello', 'abc'))
  await until(() => under.site.tests.has(id), 'it runs')
  under.site.tests.get(id)?.finish({})
  await ended(under, id)
  return id
}

/** What lies in the staging folder: where a file without a key would be. */
async function staged({ storage }: LabUnderTest): Promise<string[]> {
  return await readdir(storage.artifacts.path({ key: '', name: '', size: 0, sha256: '' }))
}

test('M6.1 a program at an allowed address is fetched when its test is taken, and kept with its SHA-256', async () => {
  const server = await elsewhere((_, response) => response.end('abc'))
  const under = await lab(webOn([`${server.url}/out/`]))
  const found = await under.lab.fileAt(`${server.url}/out/hello?token=7`)
  expect(found).toMatchObject({ name: 'hello', size: null })
  expect(await rejection(submitting(under, found, 'socX'))).toMatchObject({ code: 'not-found' })
  expect(server.asked).toEqual([])
  expect((await submitting(under, found)).program).toEqual({
    kind: 'binary',
    name: 'hello',
    size: 3,
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  })
  expect(server.asked).toHaveLength(1)
})

test('an address that may not be used is refused at once, and so is every one where none may', async () => {
  const under = await lab(webOn(['https://ci.example.com/']))
  expect(await rejection(under.lab.fileAt('https://evil.test/x'))).toMatchObject({
    name: 'InputError',
    hint: expect.stringContaining('settings.http.binaries'),
  })
  expect(await rejection((await lab()).lab.fileAt('https://ci.example.com/x'))).toMatchObject({
    name: 'InputError',
    hint: expect.stringContaining('settings.http.binaries'),
  })
})

test('a server without the file, or one that stops in the middle, is said as it is; no test is taken and nothing is left', async () => {
  const none = await elsewhere((_, response) => response.writeHead(404).end())
  const cut = await bareServer(socket => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfive!'))
  const under = await lab(webOn([none.url, cut.url]))
  const missing = await under.lab.fileAt(`${none.url}/hello`)
  expect(await rejection(submitting(under, missing))).toMatchObject({
    name: 'InputError',
    message: expect.stringContaining('There is nothing at'),
  })
  const half = await under.lab.fileAt(`${cut.url}/hello`)
  expect(await rejection(submitting(under, half))).toMatchObject({
    code: 'web',
    failure: { class: 'infrastructure' },
  })
  expect([under.lab.state().runs, await staged(under)]).toEqual([{}, []])
})

test('a file that does not come to its end is given up after 15 min, or when the lab stops', async () => {
  const signals: AbortSignal[] = []
  const web: FileServers = {
    check: () => {},
    async fetch(_, signal) {
      signals.push(signal)
      const body = new PassThrough()
      signal.addEventListener('abort', () => body.destroy(signal.reason as Error))
      body.write('slow')
      return { body }
    },
  }
  const under = await lab(web)
  const slow = rejection(submitting(under, await under.lab.fileAt('http://slow.test/hello')))
  await until(() => signals.length === 1, 'it is fetched')
  await under.clock.pass(15 * MINUTE)
  expect(await slow).toMatchObject({ code: 'web', message: expect.stringContaining('within 15 min') })
  const last = rejection(submitting(under, await under.lab.fileAt('http://slow.test/hello')))
  await until(() => signals.length === 2, 'it is fetched')
  await under.lab.stop()
  expect(await last).toMatchObject({ code: 'stopping' })
  expect(await staged(under)).toEqual([])
})

test('M6.1 a file that is kept of a test is submitted by its name, however the id is written, and is let go of', async () => {
  const under = await lab()
  const id = await passed(under)
  const kept = await under.lab.storedFile(id.toLowerCase(), 'hello')
  expect([kept.name, kept.size, await text(kept.open())]).toEqual(['hello', 3, 'abc'])
  const again = await submitting(under, kept)
  expect(again.program).toMatchObject({ name: 'hello', size: 3 })
  // Whoever reads only a part lets go, too.
  kept.open().destroy()
  await under.storage.artifacts.remove(id, 'age')
  await until(
    () => !existsSync(join(under.storage.artifacts.path({ key: '..', name: '', size: 0, sha256: '' }), id)),
    'its folder goes',
  )
  expect(await rejection(under.lab.storedFile(id, 'hello'))).toMatchObject({
    code: 'not-found',
    message: `${id}'s files were removed on 2026-11-20: age.`,
  })
  expect(await rejection(buffer(kept.open()))).toMatchObject({ code: 'not-found' })
})

test('E one that is not there answers with the nearest that are', async () => {
  const under = await lab()
  const id = await passed(under)
  expect(await rejection(under.lab.storedFile(id, 'helo'))).toMatchObject({
    code: 'not-found',
    message: `${id} has no file "helo".`,
    hint: expect.stringMatching(/^It has: hello, /),
  })
  for (const name of ['../hello', '..', 'manifest.json', ''])
    expect(await rejection(under.lab.storedFile(id, name))).toMatchObject({ code: 'not-found' })
  expect(await rejection(under.lab.storedFile('T99', 'hello'))).toMatchObject({
    message: 'There are no files of T99.',
  })
})

test('a file that is in the store already is taken over as it is: nothing is read or written again', async () => {
  const under = await lab()
  const open = (): never => {
    throw new Error('nobody expected it to be read')
  }
  const { artifacts } = under.storage
  const upload = await artifacts.stage('hello', Readable.from([Buffer.from('abc')]), 10)
  const run = await submitting(under, { name: 'hello', size: 3, staged: upload, open })
  expect(await artifacts.list(run.id)).toMatchObject([{ name: 'hello', sha256: upload.sha256 }])
  // Whoever put it there lets go of it in any case: it is the test's by now.
  await artifacts.drop(upload)
  expect(await text((await under.lab.storedFile(run.id, 'hello')).open())).toBe('abc')

  const sent = await artifacts.stage('notes', Readable.from([Buffer.from('xyz')]), 10)
  const lease = await until(async () => {
    under.site.tests.get(run.id)?.finish({})
    const asked = under.lab.leases()[0] ?? (await under.lab.lend({ target: 'a1', termMs: null }, MEI, HERE))
    return asked.state === 'active' ? asked : null
  }, 'the board is ours')
  await under.lab.sendFile(lease.id, { name: 'notes', size: 3, staged: sent, open }, null, MEI)
  expect(await artifacts.list(lease.id)).toMatchObject([{ name: 'notes', sha256: sent.sha256 }])
  expect(await staged(under)).toEqual([])
})

test('an archive that is in the store already is looked through there', async () => {
  const under = await lab()
  const { artifacts } = under.storage
  const submit = async (content: string, size?: number): Promise<unknown> => {
    const upload = await artifacts.stage('suite.tar', Readable.from([Buffer.from(content)]), 1e6)
    const known = {
      name: 'suite.tar',
      size: upload.size,
      staged: { ...upload, ...(size === undefined ? {} : { size }) },
    }
    const open = (): Readable => Readable.from([Buffer.from(content)])
    const asked = { kind: 'file', file: { ...known, open }, entry: 'run.sh' } as const
    const error = await rejection(under.lab.submit(aRequest({ program: asked }), MEI, HERE))
    await artifacts.drop(upload)
    return error
  }
  expect(await submit('no archive at all')).toMatchObject({
    message: expect.stringContaining('is no tar archive'),
  })
  expect(await submit('\0'.repeat(1_024))).toMatchObject({ message: 'suite.tar has no file run.sh.' })
  const large = await submit('x', 2 ** 30 + 1)
  expect(large).toBeInstanceOf(LabError)
  expect(large).toMatchObject({ message: expect.stringContaining('larger than 1073741824 bytes') })
  expect([under.lab.state().runs, await staged(under)]).toEqual([{}, []])
})
