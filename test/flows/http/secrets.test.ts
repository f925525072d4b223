import { afterAll, beforeAll, expect, test } from 'vitest'
import { startJenkins } from '../../jenkins/server.ts'
import { until } from '../../until.ts'
import { API_KEYS, KEYS, type Office, openOffice, SECRET, signed } from './office.ts'

const LOGIN = { username: 'root', password: 'mark-password-of-board-e8c714' }
const TOKEN = 'mark-token-of-callback-20d9bb'
const WRONG = 'mark-key-of-nobody-41aa07'
const HTML = { accept: 'text/html' }

let office: Office
let jenkins: Awaited<ReturnType<typeof startJenkins>>
/** Everything that was answered, by what was asked for. */
const answers: [string, string][] = []

beforeAll(async () => {
  jenkins = await startJenkins(SECRET)
  office = await openOffice({
    env: { API_KEYS, JENKINS_WEBHOOK_SECRET: SECRET },
    boards: [{ id: 'soc-b-001', family: 'socB', like: { login: LOGIN }, console: LOGIN }],
    settings: { http: { callbacks: [`${jenkins.url}callback`], networks: ['127.0.0.0/8'] } },
  })
})
afterAll(async () => {
  await office.close()
  await jenkins.close()
})

async function keep(path: string, options: Parameters<Office['ask']>[1] = {}): Promise<void> {
  const answer = await office.ask(path, options)
  answers.push([`${options.method ?? 'GET'} ${path}`, `${JSON.stringify(answer.headers)}\n${answer.text}`])
}

type Document = { paths: Record<string, Record<string, unknown>> }

/** Every address that can be read, with what there is in the place of its words. */
async function readable(): Promise<readonly string[]> {
  const { json } = await office.ask('/api/v1/openapi.json')
  const words: Readonly<Record<string, string>> = { id: 'T1', other: 'T2', board: 'soc-b-001' }
  const paths = Object.entries((json as Document).paths).flatMap(([path, methods]) =>
    'get' in methods && !/\/events/.test(path) ? [path] : [],
  )
  return paths.map(path => {
    const below = path.startsWith('/api/v1') ? path : `/api/v1${path}`
    return below.replace(/\{(\w+)\}/g, (_, word: string) => words[word] ?? 'x')
  })
}

test('M9 no key, secret, token or password of the lab is in anything that leaves it or that it writes down', async () => {
  for (const name of ['one', 'two']) {
    const callback = `${jenkins.url}callback?token=${TOKEN}`
    const body = JSON.stringify({ family: 'socB', shell: `echo ${name}`, delivery: name, callback })
    await keep('/webhooks/jenkins', { method: 'POST', body, headers: signed(body) })
  }
  await until(() => jenkins.received.length === 2, 'both results', 40_000)
  expect(jenkins.received.every(({ path }) => path.includes(TOKEN))).toBe(true)

  // What goes wrong is told without what was given.
  await keep('/api/v1/queue', { key: WRONG })
  await keep(`/api/v1/queue?key=${KEYS.ada}`)
  await keep(`/api/v1/queue?key=${KEYS.ada}`, { key: KEYS.mei })
  await keep('/api/v1/queue', { headers: { authorization: `Basic ${btoa(`x:${KEYS.ada}`)}` } })
  await keep('/api/v1/queue', { headers: { authorization: `Nonsense ${KEYS.ada}` } })
  await keep(`/webhooks/jenkins?secret=${SECRET}`, { body: { family: 'socB', shell: 'true' } })
  await keep('/webhooks/jenkins', {
    body: '{',
    headers: { 'x-boardroom-secret': SECRET, 'content-type': 'application/json' },
  })
  const refused = JSON.stringify({
    family: 'socB',
    shell: 'true',
    delivery: 'x',
    callback: `https://ci.example/?token=${TOKEN}`,
  })
  await keep('/webhooks/jenkins', { method: 'POST', body: refused, headers: signed(refused) })

  for (const path of [...(await readable()), '/metrics']) await keep(path, { key: KEYS.ada })
  for (const line of [
    'queue',
    'boards show soc-b-001',
    'tests show T1',
    'audit',
    'help',
    'status',
    'lease socB --wait 1s',
  ])
    await keep('/api/v1/line', { key: KEYS.ada, body: { line } })
  for (const path of [
    '/',
    '/artifacts',
    '/artifacts/T1',
    '/artifacts/T1/console.log',
    '/artifacts/T1/output.log',
    '/api/v1/docs',
  ])
    await keep(path, { headers: HTML })
  for (const path of ['/artifacts/T1', '/artifacts/T1/console.log?raw', '/artifacts/T1/output.log?raw'])
    await keep(path)
  expect(answers.length).toBeGreaterThan(35)

  const { lab, errors } = office.world
  const marks = [...Object.values(KEYS), SECRET, TOKEN, LOGIN.password, WRONG]
  const found = (texts: readonly (readonly [string, string])[]): readonly string[] =>
    texts.flatMap(([where, text]) =>
      marks.filter(mark => text.includes(mark)).map(mark => `${mark} in ${where}`),
    )
  const entries = await lab.audit([], 100)
  expect(entries.length).toBeGreaterThan(10)
  expect(found(entries.map(entry => ['the audit', JSON.stringify(entry)]))).toEqual([])
  expect(found(jenkins.received.map(({ text }) => ['a result', text]))).toEqual([])

  // What was asked for stands in the audit word for word (S4), so that an admin sees it; nobody else does.
  for (const binary of [`https://x:${TOKEN}@ci.example/x`, `https://ci.example/x?token=${TOKEN}`])
    await keep('/api/v1/tests', { key: KEYS.mei, body: { family: 'socB', binary } })
  expect(found(answers)).toEqual([])
  expect(found(office.logged.map(line => ['the log', line]))).toEqual([])
  expect(errors).toEqual([])
}, 90_000)
