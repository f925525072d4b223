import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

/** The incidents of chat-platforms.md, section 6, that concern Slack, and the tests that show what becomes of each. */

const TESTS = fileURLToPath(new URL('../..', import.meta.url))

/** By number of the row: what it is, and words of names of tests. */
const INCIDENTS: Readonly<Record<number, readonly [what: string, ...shownBy: string[]]>> = {
  1: [
    'duplicated deliveries',
    'incident 1: the same delivery twice, at once and later, is carried out once',
    'a command twice in one envelope, a mention again after it was acknowledged',
    'whatever comes twice, is killed or finds a slow disk: who was acknowledged is served once, or told',
  ],
  2: [
    'out of order',
    'a lower revision never replaces a higher, nothing comes after an end',
    'in the opposite order: each is done once',
    'a correction that comes before what it corrects',
  ],
  3: [
    'two who press at once',
    'what is dangerous is asked first; of two who press at once one acts, and the other is told',
    'incident 3: a button that is pressed twice in a moment acts once',
  ],
  4: [
    'a click on an old card',
    'an old button does nothing, and shows how it is now',
    'its cards live on, and old buttons work or say that things moved on',
  ],
  5: [
    'the socket goes',
    'incident 5: a bad token at a reconnection is told and tried again; the process lives',
    'incident 5: what comes ten minutes late acts on nothing',
    '%s: what was heard is done, once, and is shown',
    'for 10 minutes (%s): tests go on, and afterwards all is told',
  ],
  6: [
    'the rights are taken away',
    'incident 6: the rights are taken away and given back',
    'in the middle of a test (%s): the test goes on, health tells why',
  ],
  7: [
    'the bot is not in the channel',
    'a public channel is joined, and the test is shown and told there',
    'in a private channel the test runs, and its submitter is told directly, with how to invite the bot',
    '%s in the middle of a test: its outcome finds its person, once, with the reason',
  ],
  8: [
    'too long, or not to the taste of Slack',
    'blocks that Slack refuses come as plain text: card, end and outcome are all there, once',
    'a board prints lines of 10 kB, and very many',
    'is accepted whatever the length of what people write',
  ],
  9: [
    'markup in what people and boards write',
    'P28 is text and calls nobody',
    'P28 whatever is written in the fields of',
  ],
  10: [
    'links unfold or are fetched ahead',
    'nothing unfurls',
    'P28 a link is one only to where a browser goes',
  ],
  11: [
    'a trigger is too old',
    'is opened at once, before the lab is asked, and filled in afterwards',
    'a trigger that Slack does not take any more is offered again',
  ],
  12: [
    'the address for answers is used up',
    'response_url takes five answers and thirty minutes',
    'an address for answers that is spent gives way to a message for one pair of eyes, that to a direct one',
  ],
  13: [
    'rate limits',
    'of posts and of edits, with Retry-After',
    '20 tests at once, over HTTP',
    'Slack never counts more than 50 of them in 60 s',
  ],
  15: [
    'a modal was closed or has moved on',
    'one that was closed or moved on is let be',
    'is answered by direct message too when it was closed meanwhile',
  ],
  16: ['bots talk to each other', 'incident 16: what bots say is not heard'],
  17: [
    'a message is edited',
    'incident 17: a message that is corrected within 30 s is offered, and is never a command',
    'a message that is corrected runs nothing, but the corrected line is offered',
  ],
  18: [
    'clocks differ',
    'incident 18: a clock that is a minute off is told',
    'forged, replayed, late and future requests are 401',
  ],
  19: ['names change', 'S3 no name makes anybody more than a user on a chat platform'],
  20: [
    'the bot is killed',
    'P27 between the acknowledgement and the act',
    'P27 between the act and its card',
    'P27 between the end of a test and its telling',
    'of the card, of its edits and of the telling: each is there once',
  ],
  21: [
    'somebody may not',
    'S3 a stranger is refused with the role and who has it',
    'a refusal is for the asker alone, and says which role it needs and who has it, as people',
  ],
  23: [
    'Slack repeats what was slow',
    'the acknowledgement does not wait for the lab: commands, mentions, words, clicks',
    'P27 it is acknowledged when it is on disk, not sooner',
  ],
  24: ['secrets in what a board prints', 'a secret of the lab that a board prints is not shown'],
}

/** 14 is Feishu's. 22 is of files that a bot uploads: ours links to what it keeps. */
const NOT_OURS = [14, 22]

function namesOfTests(): string {
  const folders = ['bot/slack', 'flows/slack', 'lab', 'mail']
  const files = folders.flatMap(folder =>
    readdirSync(join(TESTS, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.test.ts') && !name.endsWith('incidents.test.ts'))
      .map(name => join(TESTS, folder, name)),
  )
  return files.map(file => readFileSync(file, 'utf8')).join('\n')
}

describe('each incident of chat-platforms 6 that concerns Slack is shown by a test', () => {
  const written = namesOfTests()
  it.each(Object.entries(INCIDENTS).map(([row, [what, ...shownBy]]) => [row, what, shownBy] as const))(
    '%s: %s',
    (_row, _what, shownBy) => {
      expect(shownBy.filter(name => !written.includes(name))).toEqual([])
    },
  )

  it('and none was forgotten', () => {
    const known = [...Object.keys(INCIDENTS).map(Number), ...NOT_OURS].toSorted((a, b) => a - b)
    expect(known).toEqual(Array.from({ length: 24 }, (_, at) => at + 1))
  })
})
