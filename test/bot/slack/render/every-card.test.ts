import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { CARDS } from './cards.ts'

const SRC = fileURLToPath(new URL('../../../../src', import.meta.url))
const LISTED = new Set(Object.values(CARDS).map(make => make.drawnBy))

/** It picks one of the others. */
const NO_CARD = ['drawTelling']

/** What these give beside views. */
const NO_NOTICE = ['firstLine', 'createPace', 'isEndless']

async function functionsOf(file: string): Promise<readonly (readonly [name: string, given: unknown])[]> {
  const module = (await import(join(SRC, file))) as Record<string, unknown>
  return Object.entries(module).filter(([, given]) => typeof given === 'function')
}

async function missingFrom(file: string, isCard: (name: string) => boolean): Promise<readonly string[]> {
  const found = (await functionsOf(file)).filter(([name]) => isCard(name))
  return found.filter(([, given]) => !LISTED.has(given)).map(([name]) => `${file} ${name}`)
}

test('every card and every telling of src/cards is among those that are held against the rules of Slack', async () => {
  const files = (await readdir(join(SRC, 'cards'))).filter(file => file.endsWith('.ts'))
  expect(files.length).toBeGreaterThan(30)
  const isCard = (name: string): boolean => /(Card|Telling)$/.test(name) && !NO_CARD.includes(name)
  const missing = await Promise.all(files.map(file => missingFrom(`cards/${file}`, isCard)))
  expect(missing.flat()).toEqual([])
})

test.each(['counter/notices.ts', 'outbound/crowds.ts', 'outbound/card-words.ts'])(
  'so is every view that %s makes',
  async file => {
    expect(await missingFrom(`bot/slack/${file}`, name => !NO_NOTICE.includes(name))).toEqual([])
  },
)
