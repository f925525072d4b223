import { afterEach, expect, test } from 'vitest'
import { until } from '../../../until.ts'
import * as payloads from './payloads.ts'
import { worldsOf } from './world.ts'

const open = worldsOf(afterEach)
const CROWD = 50

test('of a crowd that is stored at once each is carried out in a turn of the loop of its own: acknowledgements go between', async () => {
  const order: string[] = []
  const world = await open({
    deps: {
      async handle() {
        order.push('handled')
      },
    },
  })
  world.journal.hold()
  const answers = Array.from({ length: CROWD }, (_, n) => world.post(payloads.slash(`tests show T${n}`)))
  await until(() => world.journal.entries().length === CROWD, 'all are being stored')
  world.journal.sync()
  await Promise.all(answers)
  await until(() => world.journal.entries().every(entry => entry.stage === 'begun'), 'all are begun')
  let isOver = false
  const turn = (): void => {
    order.push('turn')
    if (!isOver) setImmediate(turn)
  }
  setImmediate(turn)
  world.journal.sync()
  await until(() => order.filter(each => each === 'handled').length === CROWD, 'all are carried out')
  isOver = true
  expect(order.join(' ')).not.toContain('handled handled')
  world.journal.sync()
})
