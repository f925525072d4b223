import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { canMount, fill, withSmallDisk } from '../../storage/small-disk.ts'
import { until } from '../../until.ts'
import { letGo, occupy } from '../gate.ts'
import { type Ask, openOffice, SECRET, tests } from './office.ts'

/** The bot keeps a ballast of 4 MiB, and wants as much again before it calls the disk roomy. */
const DISK = 24 * 1024 * 1024
const MIB = 1024 * 1024

const MOUNTS = await canMount()

describe.skipIf(!MOUNTS)('a disk that runs full while programs call (P27)', () => {
  it('what would be stored is refused with words and when to come again, all else is answered, and nothing is left behind', async () => {
    await withSmallDisk(DISK, async disk => {
      const boards = [{ id: 'soc-a-001', family: 'socA' }]
      const env = { JENKINS_WEBHOOK_SECRET: SECRET }
      const office = await openOffice({ boards, dataDir: join(disk, 'data'), env })
      const { world, ask } = office
      try {
        const running = await occupy(world, world.board('soc-a-001'))
        const staged = (): Promise<string[]> => readdir(join(disk, 'data/artifacts/.staging')).catch(() => [])
        const raw = { 'content-type': 'application/octet-stream' }
        const upload = (size: number): Promise<unknown> =>
          ask('/api/v1/tests?family=socA&name=hello', { headers: raw, body: Buffer.alloc(size, 'x') })
        const form = (size: number): Promise<unknown> => {
          const part = 'Content-Disposition: form-data; name="binary"; filename="hello"\r\n\r\n'
          const body = `--x\r\n${part}${'x'.repeat(size)}\r\n--x--\r\n`
          const headers = { 'content-type': 'multipart/form-data; boundary=x' }
          return ask('/api/v1/tests?family=socA', { headers, body: Buffer.from(body) })
        }
        const makeRoom = await fill(disk)

        // The room ends in the middle of it.
        expect(await upload(6 * MIB)).toMatchObject(REFUSED)
        await until(async () => (await ask('/api/v1/health')).status === 503, 'it is known', 20_000)
        const before = tests(office)
        const delivery = { 'x-boardroom-secret': SECRET, 'x-boardroom-delivery': 'one' }
        const asked: readonly [string, Ask][] = [
          ['/api/v1/tests', { body: { family: 'socA', shell: 'true' } }],
          ['/api/v1/lease', { body: { target: 'socA' } }],
          ['/webhooks/jenkins', { headers: delivery, body: { family: 'socA', shell: 'true' } }],
          ['/api/v1/tests', { headers: { 'idempotency-key': 'k' }, body: { family: 'socA', shell: 'true' } }],
        ]
        for (const [path, how] of asked) expect([path, await ask(path, how)]).toMatchObject([path, REFUSED])
        expect(await upload(10)).toMatchObject(REFUSED)
        expect(await form(10)).toMatchObject(REFUSED)
        expect(await form(6 * MIB)).toMatchObject(REFUSED)
        expect(await ask('/api/v1/line', { body: { line: 'run-test socA --shell true' } })).toMatchObject({
          status: 200,
          json: { kind: 'fault', exit: 2, fault: { code: 'storage-full' } },
        })
        expect([tests(office), await staged()]).toEqual([before, []])

        for (const path of [
          '/',
          '/artifacts',
          `/artifacts/${running}`,
          `/artifacts/${running}/console.log`,
          `/api/v1/tests/${running}/status`,
          `/api/v1/tests/${running}/log`,
          '/api/v1/queue',
          '/api/v1/boards',
          '/metrics',
        ])
          expect([path, (await ask(path)).status]).toEqual([path, 200])
        expect(await ask('/api/v1/health')).toMatchObject({ status: 503, json: { status: 'storage-full' } })

        letGo(world.board('soc-a-001'))
        expect(await ask(`/api/v1/tests/${running}/status?wait=40`)).toMatchObject({
          json: { run: { state: 'passed' } },
        })
        await makeRoom()
        await until(async () => (await ask('/api/v1/health')).status === 200, 'there is room', 30_000)
        // The very requests that were refused go through: no key of theirs is spent.
        const after: string[] = []
        for (const [path, how] of asked.slice(2)) {
          const { status, json } = await ask(path, how)
          expect([path, status, json]).toMatchObject([path, 201, expect.anything() as object])
          after.push(`T${tests(office)}`)
        }
        expect(after).toEqual([`T${before + 1}`, `T${before + 2}`])
        for (const id of after) expect((await world.finished(id)).state).toBe('passed')
        expect(await staged()).toEqual([])
        expect(world.errors.map(each => each.message)).toEqual([
          'the disk is full: new work is refused until there is room',
        ])
      } finally {
        await office.close()
      }
    })
  })
})

const REFUSED = {
  status: 503,
  headers: { 'retry-after': expect.stringMatching(/^[1-9]\d*$/) as string },
  json: {
    code: 'storage-full',
    detail: expect.stringMatching(/disk|stored/) as string,
    hint: expect.stringMatching(/again/) as string,
  },
}
