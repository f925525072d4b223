import { expect, test } from 'vitest'
import { get, startRig } from './rig.ts'

const LOG = 'Hello from soc-a-003\n'.repeat(50)

async function rig() {
  const here = await startRig()
  await here.files.put('T12', 'output.log', LOG)
  return here
}

test('M7.4 a link to what retention removed answers 404 with when and why', async () => {
  const { port, files } = await rig()
  files.remove('T12', Date.UTC(2026, 10, 27, 4), 'older than 7 days (ARTIFACT_RETENTION_DAYS)')
  for (const path of ['/artifacts/T12', '/artifacts/T12/output.log', '/artifacts/T12/']) {
    const text = await get(port, path, { accept: 'text/html,*/*;q=0.8' })
    expect(text.status).toBe(404)
    expect(text.headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    })
    const words = "T12's files were removed on 2026-11-27: older than 7 days (ARTIFACT_RETENTION_DAYS)."
    expect(text.text).toContain(`<h1>${words.replace("'", '&#39;')}</h1>`)
    expect(text.text).toContain('What is still known of it')
    const plain = await get(port, path, { accept: '*/*' })
    expect([plain.status, plain.headers['content-type']]).toEqual([404, 'text/plain; charset=utf-8'])
    expect(plain.text.split('\n')[0]).toBe(words)
    const json = await get(port, path, { accept: 'application/json' })
    expect(json.headers['content-type']).toMatch(/^application\/problem\+json/)
    expect(JSON.parse(json.text)).toMatchObject({
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      code: 'removed',
      detail: words,
      removedAt: '2026-11-27T04:00:00.000Z',
    })
  }
})

test('the day of a removal is that of the deployment, not of Greenwich', async () => {
  const { port, files } = await startRig({ timeZone: () => 'Asia/Shanghai' })
  files.remove('T12', Date.UTC(2026, 10, 27, 20), 'older than 7 days')
  expect((await get(port, '/artifacts/T12')).text).toContain('removed on 2026-11-28')
})

test('E what never was answers 404 and what is nearest', async () => {
  const { port } = await rig()
  const problem = async (path: string) =>
    JSON.parse((await get(port, path, { accept: 'application/json' })).text) as Record<string, unknown>
  expect(await problem('/artifacts/T12/ouptut.log')).toMatchObject({
    status: 404,
    detail: 'T12 has no file "ouptut.log".',
    hint: 'Did you mean output.log? See http://lab.test/artifacts/T12',
    nearest: ['output.log'],
  })
  expect(await problem('/artifacts/T12/zzzzzz')).toMatchObject({
    hint: 'It has: output.log. See http://lab.test/artifacts/T12',
  })
  expect(await problem('/artifacts/T999')).toMatchObject({
    detail: 'There is no test "T999".',
    hint: 'Tests have ids like T12. The newest is T20.',
    nearest: ['T20'],
  })
  expect(await problem('/artifacts/T3/output.log')).toMatchObject({
    detail: "T3's files are no longer here.",
  })
  expect(await problem('/artifacts/nonsense')).toMatchObject({ detail: 'There is no test "nonsense".' })
})
