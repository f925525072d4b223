import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { rejection } from '../storage/toy.ts'
import { unhurried, webOn } from './server.ts'

/** A certificate that nobody vouches for; null where openssl is not installed. */
function ownCertificate(): { key: string; cert: string } | null {
  const dir = mkdtempSync(join(tmpdir(), 'boardroom-'))
  const [key, cert] = [join(dir, 'key'), join(dir, 'cert')]
  const names = ['-subj', '/CN=files.test', '-addext', 'subjectAltName=DNS:files.test']
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  try {
    execFileSync('openssl', ['req', ...kind, ...names, '-keyout', key, '-out', cert], { stdio: 'ignore' })
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  } catch {
    return null
  } finally {
    rmSync(dir, { recursive: true })
  }
}

const certificate = ownCertificate()

test.skipIf(certificate === null)(
  'a server that cannot prove who it is gets neither a question nor a result',
  async () => {
    const asked: string[] = []
    const server = createServer(certificate ?? {}, (request, response) => {
      asked.push(request.url ?? '')
      response.end('x')
    })
    const { promise, resolve } = Promise.withResolvers<void>()
    server.listen(0, '127.0.0.1', resolve)
    await promise
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const url = `https://files.test:${port}/`
    const web = webOn([url], { lookup: async () => [{ address: '127.0.0.1', family: 4 }] })
    const refused = {
      code: 'web',
      failure: { class: 'infrastructure' },
      message: expect.stringContaining('self-signed certificate'),
    }
    expect(await rejection(web.fetch(`${url}hello`, unhurried()))).toMatchObject(refused)
    const message = { body: Buffer.from('secret'), headers: {} }
    expect(await rejection(web.post(`${url}done`, message, unhurried()))).toMatchObject(refused)
    expect(asked).toEqual([])
  },
)
