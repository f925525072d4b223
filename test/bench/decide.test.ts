import { expect, test } from 'vitest'
import { measured } from './child.ts'
import type { DecideSaid } from './children/decide.ts'
import type { DispatchSaid } from './children/dispatch.ts'
import { median, print, spread } from './figures.ts'

test('deciding', async () => {
  const { full, freed, sort, starts } = await measured<DecideSaid>('decide')
  const look = await measured<DispatchSaid>('dispatch')
  const floor = { what: 'sorting those who wait', value: median(sort) }
  print('Who starts where: 10,000 waiting, 1,000 boards', [
    { what: 'decide, every board free', unit: 'ms', floor, goal: '≤ 50 ms', ...spread(full) },
    { what: 'decide, one board came free', unit: 'ms', floor, goal: '≤ 5 ms', ...spread(freed) },
    { what: 'a look of the dispatcher, state and all, none free', unit: 'ms', floor, ...spread(look.look) },
    { what: 'the whole queue as people see it, with estimates', unit: 'ms', floor, ...spread(look.queue) },
  ])
  print('200 tests submitted at once, 1,000 free boards, a site that does nothing', [
    { what: 'until all have begun', unit: 'ms', value: look.rush.startedMs },
    { what: 'longest time nobody else was heard', unit: 'ms', value: look.rush.heldMs },
  ])
  expect(starts).toBeGreaterThan(0)
})
