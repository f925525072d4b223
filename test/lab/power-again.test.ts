import { expect, onTestFinished, test } from 'vitest'
import { HERE, KAI, type LabUnderTest, openLab } from './harness.ts'
import { aBoard, POWER } from './samples.ts'

async function lab(): Promise<LabUnderTest> {
  const under = await openLab({ boards: [aBoard('a1', { power: POWER })] })
  onTestFinished(under.close)
  return under
}

/** As somebody sees it who looks at each news, not a moment later. */
async function seenEnded({ lab }: LabUnderTest, id: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = async (): Promise<void> => {
    if ((await lab.powerEvent(id))?.endedAt !== null) resolve()
  }
  const unsubscribe = lab.subscribe(`power/${id}`, () => void look())
  void look()
  await promise
  unsubscribe()
}

test.for(['nobody', 'kai'])(
  'P27 a board of %s can be switched again as soon as the last switch is seen to have ended',
  async whose => {
    const under = await lab()
    if (whose === 'kai') await under.lab.lend({ target: 'a1', termMs: null }, KAI, HERE)
    for (const action of ['off', 'on', 'cycle', 'off'] as const) {
      const { id } = await under.lab.power('a1', action, KAI, '')
      await seenEnded(under, id)
      expect((await under.lab.powerEvent(id))?.failure).toBeNull()
    }
  },
)

test('P27 one that is still going on refuses another', async () => {
  const under = await lab()
  under.site.stuck.add('a1')
  await under.lab.power('a1', 'cycle', KAI, '')
  await expect(under.lab.power('a1', 'off', KAI, '')).rejects.toThrow('is being switched already')
  under.site.let('a1')
})
