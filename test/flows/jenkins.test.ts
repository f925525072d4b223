import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPlugin } from '../jenkins/plugin.ts'
import { type JenkinsServer, startJenkins } from '../jenkins/server.ts'
import { until } from '../until.ts'
import { found } from './desk.ts'
import { startWorld, type World } from './world.ts'

const SECRET = 'letters0and0digits0of0the0webhook'
const KEY = 'a-key-of-sixteen-characters'
const HELLO = '#!/bin/sh\necho TAP version 13\necho "ok 1 - one"\necho "not ok 2 - two"\necho 1..2\n'
const CALLBACK_WITHIN_MS = 20_000

/** The blocks of shell in docs/jenkins.md, in their order: the script of a stage, a signed request, a checked result. */
const [ON_BOARD = '', SIGNED = '', CHECKED = ''] = [
  ...readFileSync(join(import.meta.dirname, '../../docs/jenkins.md'), 'utf8').matchAll(
    /^```sh\n([\s\S]*?)^```$/gm,
  ),
].map(match => match[1] ?? '')

let jenkins: JenkinsServer
let world: World
beforeAll(async () => {
  jenkins = await startJenkins(SECRET)
  world = await startWorld({
    env: { CHAT: 'terminal', JENKINS_WEBHOOK_SECRET: SECRET, API_KEYS: `ci:user:${KEY}` },
    settings: {
      http: {
        binaries: [`${jenkins.url}job/`],
        callbacks: [`${jenkins.url}callback`],
        networks: ['127.0.0.0/8'],
      },
    },
  })
})
afterAll(async () => {
  await world.close()
  await jenkins.close()
})

function endpoint(): string {
  return `${world.app.address.replace('://', `://jenkins:${SECRET}@`)}/webhooks/jenkins`
}

/** A shell as a step of a pipeline has it. */
async function step(script: string, env: Record<string, string>): Promise<{ exit: number; printed: string }> {
  const file = join(world.dir, 'step.sh')
  await writeFile(file, script)
  const run = promisify(execFile)('/bin/sh', ['-eu', file], {
    cwd: world.dir,
    env: { ...process.env, ...env },
  })
  return await run.then(
    ({ stdout, stderr }) => ({ exit: 0, printed: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      exit: error.code,
      printed: error.stdout + error.stderr,
    }),
  )
}

function envOf(build: string, tag: string): Record<string, string> {
  return { LAB: world.app.address, SECRET, KEY, BUILD_URL: `${jenkins.url}job/${build}/`, BUILD_TAG: tag }
}

async function callbackOf(test: string, count = 1) {
  const seen = () => jenkins.received.filter(({ body }) => body['test'] === test)
  await until(() => seen().length >= count, `${count} results of ${test}`, CALLBACK_WITHIN_MS)
  return seen()
}

describe('Jenkins', () => {
  it('a build that the plugin tells of is tested once, and its result is posted, signed (M8.1-M8.5)', async () => {
    jenkins.archive('hello/7', 'out/hello', HELLO)
    const plugin = createPlugin({ endpoint: endpoint(), rootUrl: jenkins.url, copies: 2 })
    const parameters = {
      BOARDROOM_FAMILY: 'socA',
      BOARDROOM_BINARY: 'out/hello',
      BOARDROOM_CALLBACK: `${jenkins.url}callback?token=hush`,
    }
    const posted = await plugin.build({ job: 'hello', number: 7, parameters })
    expect(posted.map(({ status }) => status)).toEqual([200, 200, 200, 200, 201, 200, 200, 200])
    const [result] = await callbackOf('T1')
    expect(result).toMatchObject({
      ...{ path: '/callback?token=hush', delivery: 'callback/T1', isSigned: true },
      body: {
        ...{ state: 'failed', exit_status: 0, family: 'socA', build: `${jenkins.url}job/hello/7/` },
        verdict: { class: 'test', cause: 'test cases' },
        cases: { total: 2, passed: 1, failed: 1, failed_names: ['two'] },
      },
    })
    const { links } = found(result, 'result').body as {
      links: { page: string; junit: string; files: { name: string; url: string }[] }
    }
    const junit = await fetch(links.junit, { headers: { authorization: `Bearer ${KEY}` } })
    expect([junit.status, await junit.text()]).toEqual([200, expect.stringMatching(/tests="3" failures="2"/)])
    const file = links.files.find(({ name }) => name === 'results.xml')
    expect(await (await fetch(file?.url ?? '')).text()).toContain('tests="2" failures="1"')
    expect((await fetch(links.page)).status).toBe(200)
    expect(await world.run('T1')).toMatchObject({ submitter: { id: 'jenkins', platform: 'http' } })
    expect([world.lab.state().counters.T, jenkins.strange]).toEqual([1, []])
  })

  it('a receiver that fails and sends on is asked again with the same delivery until it takes the result (M8.4)', async () => {
    jenkins.next(500, { status: 302, headers: { location: `${jenkins.url}elsewhere` } }, 404, 204)
    const answer = await fetch(`${world.app.address}/webhooks/jenkins`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-boardroom-secret': SECRET,
        'x-boardroom-delivery': 'one',
      },
      body: JSON.stringify({ family: 'socA', shell: 'true', callback: `${jenkins.url}callback` }),
    })
    const { test } = (await answer.json()) as { test: string }
    const tries = await callbackOf(test, 4)
    expect(tries.map(({ answered }) => (typeof answered === 'object' ? answered.status : answered))).toEqual([
      500, 302, 404, 204,
    ])
    expect(new Set(tries.map(({ delivery }) => delivery))).toEqual(new Set([`callback/${test}`]))
    expect(tries.every(({ isSigned }) => isSigned)).toBe(true)
    await until(() => world.lab.owed.items().length === 0, 'nothing is owed')
    expect(jenkins.strange).toEqual([])
  })

  it('the script of a stage submits, waits, publishes and ends as the test did, whichever way that is', async () => {
    jenkins.archive('hello/8', 'out/hello', HELLO)
    const failed = await step(ON_BOARD, envOf('hello/8', 'jenkins-hello-8'))
    expect(failed.printed).toMatch(/T\d+ failed: /)
    expect(failed.exit).toBe(1)
    expect(readFileSync(join(world.dir, 'results.xml'), 'utf8')).toContain('tests="3" failures="2"')

    jenkins.archive('hello/9', 'out/hello', '#!/bin/sh\necho "$1"\n')
    const passed = await step(ON_BOARD, envOf('hello/9', 'jenkins-hello-9'))
    expect(passed).toEqual({
      exit: 0,
      printed: expect.stringMatching(/T\d+ passed: no complaints/) as string,
    })
    expect(readFileSync(join(world.dir, 'results.xml'), 'utf8')).toContain('tests="1" failures="0"')

    // The stage is begun again: it is the same build, and so the same test.
    const before = world.lab.state().counters.T
    expect(await step(ON_BOARD, envOf('hello/9', 'jenkins-hello-9'))).toMatchObject({ exit: 0 })
    expect(world.lab.state().counters.T).toBe(before)

    const missing = await step(ON_BOARD, envOf('hello/10', 'jenkins-hello-10'))
    expect(missing.exit).not.toBe(0)
    expect(missing.printed).toContain('There is nothing at')
  })

  it('a request that is signed as the docs say passes, and one under another secret does not', async () => {
    await writeFile(join(world.dir, 'request.json'), JSON.stringify({ family: 'socA', shell: 'true' }))
    const env = envOf('hello/9', 'none')
    const signed = await step(SIGNED, env)
    expect(signed).toMatchObject({ exit: 0, printed: expect.stringContaining('"duplicate":false') as string })
    const forged = await step(SIGNED, { ...env, SECRET: 'another' })
    expect(forged).toMatchObject({ exit: 22, printed: expect.stringContaining('forged') as string })
  })

  it('a restart between the outcome and its callback loses neither, and the check of the docs holds (P27)', async () => {
    const before = world.lab.state().counters.T
    jenkins.next(...Array<number>(20).fill(503))
    const body = { family: 'socA', shell: 'true', delivery: 'two', callback: `${jenkins.url}callback` }
    const headers = { 'content-type': 'application/json', 'x-boardroom-secret': SECRET }
    const post = () =>
      fetch(`${world.app.address}/webhooks/jenkins`, { method: 'POST', headers, body: JSON.stringify(body) })
    const { test } = (await (await post()).json()) as { test: string }
    await callbackOf(test, 2)
    await world.stop()
    jenkins.forget()
    await world.open()
    const results = await callbackOf(test, 3)
    const last = await until(() => results.findLast(({ answered }) => answered === 200), 'it is taken')
    expect(last).toMatchObject({ isSigned: true, delivery: `callback/${test}`, body: { state: 'passed' } })
    expect(await (await post()).json()).toMatchObject({ test, duplicate: true })
    expect(world.lab.state().counters.T).toBe(before + 1)

    await writeFile(join(world.dir, 'body'), last.text)
    const { timestamp, signature } = last
    expect(await step(CHECKED, { SECRET, timestamp, signature })).toEqual({ exit: 0, printed: '' })
    expect(await step(CHECKED, { SECRET: 'another', timestamp, signature })).toMatchObject({ exit: 1 })
    expect(world.errors).toEqual([])
  })
})
