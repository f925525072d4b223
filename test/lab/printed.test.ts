import { expect, onTestFinished, test } from 'vitest'
import { openLab } from './harness.ts'
import { aBoard } from './samples.ts'

test('what consoles print is counted by family, and stays counted when a board leaves', async () => {
  const boards = [aBoard('a1'), aBoard('a2'), aBoard('b1', { family: 'socB' })]
  const under = await openLab({ boards })
  onTestFinished(under.close)
  const { lab, site } = under
  const prints = (board: string, text: string): void =>
    site.news(board, { kind: 'chunk', chunk: { offset: 0, t: 0, bytes: Buffer.from(text) } })
  expect([...lab.printed()]).toEqual([])
  prints('a1', 'hello')
  prints('a2', 'wörld')
  prints('b1', 'x')
  expect([...lab.printed()]).toEqual([
    ['socA', 11],
    ['socB', 1],
  ])
  under.next.inventory = { ...under.inventory, boards: boards.slice(0, 1) }
  await lab.reload()
  prints('a1', '!')
  expect(lab.printed().get('socA')).toBe(12)
  expect(lab.printed().get('socB')).toBe(1)
})
