import fc from 'fast-check'
import { expect, test } from 'vitest'
import { get, startRig } from './rig.ts'

const LOG = 'Hello from soc-a-003\n'.repeat(50)

async function rig() {
  const here = await startRig()
  await here.files.put('T12', 'output.log', LOG)
  return here
}

const CLIMBS = [
  '/artifacts/T12/../../secret',
  '/artifacts/T12/..%2f..%2fsecret',
  '/artifacts/T12/%2e%2e/%2e%2e/secret',
  '/artifacts/T12/%2e%2e%2fsecret',
  '/artifacts/T12/%252e%252e%252fsecret',
  '/artifacts/T12/..%5csecret',
  '/artifacts/T12/..\\secret',
  '/artifacts/T12/..%c0%afsecret',
  '/artifacts/T12/%00output.log',
  '/artifacts/T12/output.log%00.txt',
  '/artifacts/T12//output.log',
  '/artifacts/T12/./output.log',
  '/artifacts/T12/%2foutput.log',
  '/artifacts/T12/output.log/',
  '/artifacts/..%2f..%2fetc/passwd',
  '/artifacts/%2e%2e/passwd',
  '/artifacts/./T12',
  '//artifacts/T12/output.log',
  '/artifacts/T12%2foutput.log',
  '/artifacts/T012/output.log',
  '/artifacts/__proto__/constructor',
  '/artifacts/T12/__proto__',
  '/artifacts/T12/%zz',
  '/artifacts/T12/%',
]

test.for(CLIMBS)('no way round: %s', async path => {
  const { port, files } = await rig()
  await files.put('secret', 'secret', 'the secret')
  const answer = await get(port, path)
  expect([400, 404]).toContain(answer.status)
  expect(answer.text).not.toContain('the secret')
  expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8')
  expect(files.holds).toBe(0)
})

test('no path whatever reaches a file that is not listed', async () => {
  const { port, files } = await rig()
  const part = fc.constantFrom(
    '..',
    '.',
    '/',
    '%2f',
    '%2e',
    '\\',
    '%5c',
    'T12',
    'output.log',
    '%00',
    'artifacts',
    '?',
    '%',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 8 }), async parts => {
      const path = `/artifacts/${parts.join('')}`
      const before = files.holds
      const answer = await get(port, path)
      if (files.holds > before) expect(answer.text).toBe(LOG)
      else expect([200, 308, 400, 404]).toContain(answer.status)
    }),
    { numRuns: 200 },
  )
})
