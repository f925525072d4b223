import { afterEach, expect, test } from 'vitest'
import { until } from '../../../until.ts'
import { type Face, openFace } from './face.ts'

const open: Face[] = []

afterEach(async () => {
  for (const face of open.splice(0)) {
    expect(face.stub.complaints).toEqual([])
    await face.close()
  }
})

async function face(options: Parameters<typeof openFace>[0] = {}): Promise<Face> {
  const made = await openFace(options)
  open.push(made)
  await until(() => made.stub.socket.connections > 0, 'the bot is connected')
  return made
}

test('a question by slash command is seen by the asker alone, until it is posted', async () => {
  const { stub } = await face()
  const mei = stub.person('mei')
  const lab = stub.channel('lab')
  await mei.slash('/lab', 'queue', lab)
  await mei.waitsFor(lab, /Queue/)
  expect(lab.text()).not.toMatch(/Queue/)
  await mei.click('Post here')
  await lab.waitsFor(/Queue/)
})

test('M1.1 a test by form: opened, corrected at its field, run, and shown in the channel', async () => {
  const { stub, under } = await face()
  const mei = stub.person('mei')
  const lab = stub.channel('lab')
  await mei.slash('/run-test', '', lab)
  await mei.waitsFor('modal', /Shell/)
  await mei.fill({ family: 'socA', shell: 'true', timeout: 'soon' })
  await mei.submit()
  await mei.waitsFor('modal', /no duration/)
  await mei.fill({ timeout: '5m' })
  await mei.submit()
  await lab.waitsFor(/T1 · true on/)
  await mei.waitsFor('modal', /T1/)
  expect(await under.lab.run('T1')).toMatchObject({ timeoutMs: 300_000, origin: { place: lab.id } })
})

test('M1.1 a test by mention with a file, in the thread where it was asked', async () => {
  const { stub, under } = await face()
  const mei = stub.person('mei')
  const lab = stub.channel('lab')
  const first = mei.say(lab, 'who runs it?')
  mei.say(lab, '@boardroom run-test socA', {
    thread: first,
    files: [{ name: 'hello', bytes: Buffer.from('hello') }],
  })
  await until(
    () => lab.replies(first).some(each => /T1 · hello/.test(each.text)),
    'its card is in the thread',
  )
  expect(await under.lab.run('T1')).toMatchObject({ program: { name: 'hello', size: 5 } })
})

test('a test by direct message is shown in the home channel, and linked', async () => {
  const { stub } = await face()
  const mei = stub.person('mei')
  mei.tell('run-test socA --shell true')
  await stub.channel('lab').waitsFor(/T1 · true on/)
  await mei.direct.waitsFor(/Its card, in the home channel/)
})

test('"Run this file on a board" opens the form with the file in it', async () => {
  const { stub } = await face()
  const [mei, kai] = [stub.person('mei'), stub.person('kai')]
  const lab = stub.channel('lab')
  const message = kai.upload(lab, 'hello', Buffer.from('hello'))
  await mei.shortcut('Run this file on a board', message)
  await mei.waitsFor('modal', /hello/)
  await mei.fill({ family: 'socB' })
  await mei.submit()
  await lab.waitsFor(/T1 · hello on/)
})

test('S1 the Home tab: a question asked there is answered over it, and a test of its owner is on it', async () => {
  const { stub, under } = await face()
  const mei = stub.person('mei')
  mei.openHome()
  await mei.waitsFor('home', /You hold no board/)
  await mei.click('Queue')
  await mei.waitsFor('modal', /Queue/)
  await mei.close()
  await mei.slash('/run-test', 'socA --shell true', stub.channel('lab'))
  await stub.channel('lab').waitsFor(/T1 · true on/)
  await under.clock.pass(5_000)
  await mei.waitsFor('home', /T1/)
})

test('M5.1 a word for a console is seen by nobody else', async () => {
  const { stub } = await face()
  const mei = stub.person('mei')
  const lab = stub.channel('lab')
  await mei.slash('/lab', 'boards watch a1', lab)
  await mei.direct.waitsFor(/a1/)
  await mei.waitsFor(lab, /Sent to you as a direct message/)
  expect(lab.text()).not.toMatch(/a1/)
})

test('the buttons of a live card act, and the card alone changes', async () => {
  const { stub, under } = await face()
  const mei = stub.person('mei')
  const lab = stub.channel('lab')
  await mei.slash('/run-test', 'socA --shell true', lab)
  await until(() => under.site.tests.has('T1'), 'T1 runs')
  await mei.slash('/run-test', 'socA --shell true', lab)
  const card = await lab.waitsFor(/T2 · true on socA · queued/)
  await mei.click('Cancel', { in: card })
  await until(async () => {
    await under.clock.pass(1_000)
    return /cancelled/.test(lab.message(/T2/).text)
  }, 'the card says so')
  expect(lab.messages().filter(each => /T2/.test(each.text) && each.thread === null)).toHaveLength(1)
  expect(await under.lab.run('T2')).toMatchObject({ state: 'cancelled' })
})

test('what is dangerous is asked; its button does it and gives way to what came of it', async () => {
  const { stub, under } = await face()
  const [mei, kai] = [stub.person('mei'), stub.person('kai')]
  const lab = stub.channel('lab')
  await kai.slash('/lease', 'a1 1h', lab)
  await lab.waitsFor(/L1 · a1/)
  await mei.slash('/lab', 'lease release L1', lab)
  await mei.waitsFor(lab, /Release L1 of @kai\?/)
  await mei.click('Release', { confirm: true })
  await until(() => under.lab.lease('L1')?.state === 'released', 'it is released')
  await until(() => !/Release L1 of/.test(mei.sees(lab)), 'the question is gone')
})

test('a form with its file already filled in says what is wrong, and not that the file is missing', async () => {
  const { stub } = await face()
  const mei = stub.person('mei')
  const message = mei.upload(stub.channel('lab'), 'hello', Buffer.from('#!/bin/sh\n'))
  await mei.shortcut('Run this file on a board', message)
  await mei.waitsFor('modal', /Family/)
  await mei.fill({ family: 'socA', env: 'no assignment' })
  await mei.submit()
  expect(await mei.waitsFor('modal', /is no NAME=VALUE/)).not.toMatch(/is missing/)
  await mei.fill({ env: 'AN=assignment' })
  await mei.submit()
  await stub.channel('lab').waitsFor(/T1 · hello on/)
})

test('a corrected message is offered, and runs when its button is pressed', async () => {
  const { stub, under } = await face()
  const mei = stub.person('mei')
  const lab = stub.channel('lab')
  const message = mei.tell('run-test scoA --shell true')
  await mei.direct.waitsFor(/There is no family "scoA"/)
  mei.edit(message, 'run-test socA --shell true')
  await mei.direct.waitsFor(/Run the corrected line\?/)
  expect(await under.lab.runs({})).toEqual([])
  await mei.click('Run the corrected line')
  await lab.waitsFor(/T1 · true on/)
})

test('without a click a form is offered by a button, and what it looks up depends on what is chosen', async () => {
  const { stub } = await face()
  const mei = stub.person('mei')
  const lab = stub.channel('lab')
  mei.say(lab, '@boardroom run-test')
  await mei.waitsFor(lab, /run-test needs its arguments/)
  await mei.click('Open the form')
  await mei.waitsFor('modal', /Shell/)
  expect((await mei.typeAhead('board', '')).join()).toMatch(/a1.*b1/)
  await mei.fill({ family: 'socB' })
  await until(async () => !(await mei.typeAhead('board', '')).join().includes('a1'), 'only those that fit')
})

test('somebody follows the test of another, in direct messages', async () => {
  const { stub, under } = await face()
  const [mei, kai] = [stub.person('mei'), stub.person('kai')]
  const lab = stub.channel('lab')
  await mei.slash('/run-test', 'socA --shell true', lab)
  await lab.waitsFor(/T1 · true on/)
  await kai.slash('/lab', 'tests follow T1', lab)
  await kai.waitsFor(lab, /You follow it/)
  await kai.direct.waitsFor(/T1 · true on/)
  await until(() => under.site.tests.has('T1'), 'T1 runs')
})

test('where the bot is not, a test is queued all the same, and it is said how to invite it', async () => {
  const { stub, under } = await face()
  const mei = stub.person('mei')
  const secret = stub.channel('secret', { kind: 'private', hasBot: false })
  await mei.slash('/run-test', 'socA --shell true', secret)
  await mei.waitsFor(secret, /the bot is not in it\. Invite it there: \/invite/)
  expect(await under.lab.run('T1')).not.toBeNull()
  const other = stub.channel('other', { hasBot: false })
  await mei.slash('/run-test', 'socA --shell true', other)
  await other.waitsFor(/T2 · true on/)
})

test('invited, the bot says what it is, and its buttons work', async () => {
  const { stub } = await face()
  const mei = stub.person('mei')
  const fresh = stub.channel('fresh', { hasBot: false })
  mei.invite(fresh)
  const hello = await fresh.waitsFor(/Boardroom runs tests/)
  await mei.click('Run a test', { in: hello })
  await mei.waitsFor('modal', /Shell/)
})

test('a button over the Home tab is answered too', async () => {
  const { stub } = await face()
  const mei = stub.person('mei')
  mei.openHome()
  await mei.waitsFor('home', /You hold no board/)
  await mei.click('Help')
  await mei.waitsFor('modal', /what you can type/i)
  await mei.close()
  await mei.click('Lease a board')
  await mei.waitsFor('modal', /target/i)
  await mei.fill({ target: 'a1' })
  await mei.submit()
  await mei.direct.waitsFor(/L1 · a1/)
  await mei.waitsFor('modal', /L1/)
})

test('incident 3: a button that is pressed twice in a moment acts once, later it acts again', async () => {
  const { stub, under } = await face()
  const mei = stub.person('mei')
  const lab = stub.channel('lab')
  await mei.slash('/run-test', 'socA --shell true', lab)
  await until(() => under.site.tests.has('T1'), 'T1 runs')
  under.site.tests.get('T1')?.finish({})
  await until(async () => {
    await under.clock.pass(1_000)
    return /passed/.test(lab.message(/T1/).text)
  }, 'the card says that it passed')
  const card = lab.message(/T1 .*passed/)
  await Promise.all([mei.click('Run again', { in: card }), mei.click('Run again', { in: card })])
  await lab.waitsFor(/T2 · true on/)
  await mei.waitsFor(lab, /pressed twice in a moment: it was done once/)
  await under.clock.pass(5_000)
  await mei.click('Run again', { in: card })
  await lab.waitsFor(/T3 · true on/)
  expect((await under.lab.runs({})).map(run => run.id)).toEqual(['T3', 'T2', 'T1'])
})
