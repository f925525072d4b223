import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Token, tokensOf } from '../../http/pages/tokens.ts'
import { API_KEYS, KEYS, type Office, openOffice } from './office.ts'

/** Each would do something if any reader took it for mark-up; the mark in it is nowhere else. */
const CORPUS = [
  '<script>mark0()</script>',
  '"><img src=mark1 onerror=alert(1)>',
  "' onmouseover='mark2' x='",
  '<svg/onload=mark3>',
  '</title><script>mark4</script>',
  '</textarea></style></noscript><b class=mark5>',
  '<!--mark6--><![CDATA[mark6',
  '&lt;script&gt;mark7&#60;b&#62;&quot; onload=&quot;mark7',
  'javascript:mark8',
  '<a href="javascript:mark9">',
  '<meta http-equiv=refresh content=0;url=//mark10>',
  '<base href=//mark11>',
  '<iframe srcdoc="<b>mark12">',
  '<<b>mark13',
  '<style>@import "//mark14"</style>',
  '${mark15}{{mark15}}<%=mark15%>',
]
const EVIL = CORPUS.join(' ')
const HTML = { accept: 'text/html' }

let office: Office
beforeAll(async () => {
  office = await openOffice({
    env: { API_KEYS },
    boards: [
      { id: 'soc-a-001', family: 'socA' },
      { id: 'soc-a-002', family: 'socA' },
    ],
  })
  const { world } = office
  const lines = CORPUS.map(text => `echo '${text.replaceAll("'", "'\\''")}'`).join('\n')
  const cases = CORPUS.map((text, at) => `echo 'not ok ${at + 1} - ${text.replaceAll("'", "'\\''")}'`).join(
    '\n',
  )
  const script = `#!/bin/sh\n${lines}\necho TAP version 13\n${cases}\necho 1..${CORPUS.length}\n${lines}\n`
  const name = encodeURIComponent('"><img src=x onerror=alert(1)>.sh')
  const query = CORPUS.map(
    (text, at) => `args=${encodeURIComponent(text)}&env.M${at}=${encodeURIComponent(text)}`,
  ).join('&')
  const headers = { 'content-type': 'application/octet-stream' }
  const path = `/api/v1/tests?family=socA&board=soc-a-001&name=${name}&${query}`
  expect((await office.ask(path, { key: KEYS.mei, headers, body: script })).status).toBe(201)
  const shell = `mkdir -p out; cp /bin/sh 'out/"><b>mark.log' || true; echo '${EVIL.replaceAll("'", '"')}'; exit 3`
  const more = { family: 'socA', board: 'soc-a-001', shell, collect: ['out/*'] }
  expect((await office.ask('/api/v1/tests', { key: KEYS.mei, body: more })).status).toBe(201)
  await world.finished('T1')
  await world.finished('T2')
  // Waits for the end of this test, under somebody's name that is no name.
  await world.start('run-test socA --board soc-a-001 --shell "sleep 60"', { as: EVIL })
  const reason = { reason: EVIL }
  const shut = await office.ask('/api/v1/boards/soc-a-002/maintenance', { key: KEYS.ops, body: reason })
  expect(shut.status).toBe(200)
}, 60_000)
afterAll(() => office.close())

/** What the corpus has become, if it is anything but text or the value of an attribute that holds text. */
function becameOf(tokens: readonly Token[]): readonly string[] {
  return tokens.flatMap(token => {
    if (token.kind !== 'open') return []
    const { name, attributes } = token
    const strange = ['img', 'iframe', 'base', 'style', 'object', 'embed'].includes(name)
    const odd = [...attributes].filter(
      ([attribute, value]) =>
        attribute.startsWith('on') ||
        attribute.includes('mark') ||
        attribute === 'style' ||
        attribute === 'srcdoc' ||
        (['href', 'src', 'action', 'data-live'].includes(attribute) &&
          /^\s*(javascript|data|vbscript):|^\/\//i.test(value)),
    )
    return [
      ...(strange ? [`<${name}>`] : []),
      ...odd.map(([attribute, value]) => `<${name} ${attribute}="${value}">`),
    ]
  })
}

const E = encodeURIComponent(EVIL)
const PAGES = [
  '/',
  '/artifacts',
  `/artifacts?before=${E}`,
  '/artifacts/T1',
  '/artifacts/T2',
  '/artifacts/T3',
  `/artifacts/${E}`,
  `/artifacts/T1/${E}`,
  '/artifacts/T1/console.log',
  '/artifacts/T1/output.log',
  `/artifacts/T1/output.log?q=${E.slice(0, 180)}`,
  '/artifacts/T1/output.log?q=%3Cscript%3E',
  `/artifacts/T1/output.log?from=${E}&after=${E}`,
  `/${E}`,
  '/api/v1/docs',
  `/assets/${E}`,
]

test('P28 nothing that a program, a name or an address says becomes mark-up on any page of the whole bot', async () => {
  let marks = 0
  for (const path of PAGES) {
    const answer = await office.ask(path, { headers: HTML })
    expect([path, [200, 404, 400].includes(answer.status), answer.status]).toEqual([
      path,
      true,
      answer.status,
    ])
    expect(answer.headers['x-content-type-options']).toBe('nosniff')
    if (!String(answer.headers['content-type']).startsWith('text/html')) {
      expect([path, answer.headers['content-type']]).toEqual([path, 'text/plain; charset=utf-8'])
      continue
    }
    const tokens = tokensOf(answer.text)
    expect([path, becameOf(tokens)]).toEqual([path, []])
    const scripts = tokens.filter(each => each.kind === 'open' && each.name === 'script')
    for (const script of scripts)
      expect(script.kind === 'open' && script.attributes.get('src')).toMatch(/^[./]*assets\/[\w.-]+\.js/)
    expect(answer.headers['content-security-policy']).toMatch(/default-src 'none'.*script-src 'self'/)
    marks += tokens.filter(each => each.kind === 'text' && each.text.includes('mark')).length
  }
  // It is all there to be read.
  expect(marks).toBeGreaterThan(3 * CORPUS.length)
})

test('P28 news of pages carry text that is as harmless as the pages, and scripts get data, not mark-up', async () => {
  for (const path of ['/live/run/T3', '/live/lab']) {
    const line = await office.dial()
    line.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n`)
    await expect.poll(() => /^data: \{.*\}$/m.test(line.seen()), { timeout: 10_000 }).toBe(true)
    const data = /^data: (\{.*\})$/m.exec(line.seen())?.[1] ?? '{}'
    const { sections = {} } = JSON.parse(data) as { sections?: Record<string, string> }
    expect(Object.keys(sections).length).toBeGreaterThan(0)
    for (const [name, html] of Object.entries(sections))
      expect([path, name, becameOf(tokensOf(html))]).toEqual([path, name, []])
    line.socket.destroy()
  }
  const lines = await office.ask('/live/log/T1/output.log/lines')
  expect(lines.headers).toMatchObject({
    'content-type': expect.stringMatching(/^application\/json/) as string,
    'content-security-policy': expect.stringContaining('sandbox') as string,
    'x-content-type-options': 'nosniff',
  })
})

test('files and answers of the API are nothing that a browser runs, whatever they hold', async () => {
  const { json } = await office.ask('/artifacts/T1', { headers: { accept: 'application/json' } })
  const { files } = json as { files: { name: string }[] }
  expect(files.length).toBeGreaterThan(2)
  const collected = await office.ask('/artifacts/T2', { headers: { accept: 'application/json' } })
  expect(collected.text).toContain('<b>mark.log')
  for (const { name } of files) {
    const { headers } = await office.ask(`/artifacts/T1/${encodeURIComponent(name)}?raw`, { headers: HTML })
    expect([name, headers['content-security-policy'], headers['x-content-type-options']]).toEqual([
      name,
      expect.stringMatching(/^sandbox; default-src 'none'/) as string,
      'nosniff',
    ])
    expect([name, String(headers['content-type'])]).toEqual([
      name,
      expect.not.stringMatching(/html|svg/) as string,
    ])
    if (/xml/.test(String(headers['content-type'])))
      expect(headers['content-disposition']).toMatch(/^attachment/)
  }
  for (const path of [
    '/api/v1/tests/T1/status',
    '/api/v1/tests/T1/junit',
    '/api/v1/tests/T1/log',
    `/api/v1/tests/${E}/status`,
    `/api/v1/find?q=${E}`,
  ]) {
    const { headers } = await office.ask(path, { key: KEYS.mei, headers: HTML })
    expect([path, String(headers['content-type']), headers['x-content-type-options']]).toEqual([
      path,
      expect.stringMatching(
        /^(text\/plain|application\/(problem\+)?json|application\/xml|text\/xml)/,
      ) as string,
      'nosniff',
    ])
  }
  expect(office.world.errors).toEqual([])
})
