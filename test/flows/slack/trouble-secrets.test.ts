import { afterAll, beforeAll, expect, it } from 'vitest'
import { until } from '../../until.ts'
import { expectNoTrouble, type Office, openOffice } from './office.ts'

const LOGIN = { username: 'root', password: 'hunter2 of the lab' }
const BOARD = { id: 'soc-b-001', family: 'socB', like: { login: LOGIN }, console: LOGIN }

let office: Office
beforeAll(async () => {
  office = await openOffice({ boards: [BOARD] })
})
afterAll(() => office.close())

it('a secret of the lab that a board prints is not shown: not on the card, not in its thread, not in its log (chat-platforms 6.24)', async () => {
  const { slack } = office
  const [mei, lab] = [slack.person('mei'), slack.channel('lab')]
  const program = Buffer.from(`#!/bin/sh\necho "it is ${LOGIN.password}, I think"\nexit 1\n`)
  mei.upload(lab, 'leak', program, '@boardroom run-test socB leak')
  const card = await lab.waitsFor(/T1 · leak on soc-b-001 · failed/)
  await until(() => lab.replies(card).length === 1, 'it is told')
  await mei.slash('/lab', 'tests log T1', lab)
  await mei.waitsFor(lab, /\(only you\) boardroom: .*T1[\s\S]*it is \[secret\], I think/)
  expect(card.text).toContain('it is [secret], I think')
  expect(JSON.stringify(slack.calls().map(call => call.args))).not.toContain(LOGIN.password)
  expectNoTrouble(office)
})
