/** How long the cards of a large lab take, from the lab's state to what Slack is sent; and writing that out, beside. */
import { createDrawing } from '../../../src/bot/slack/counter/drawing.ts'
import { drawTopic } from '../../../src/cards/topics.ts'
import type { View } from '../../../src/cards/view.ts'
import { MEI, openLab } from '../../lab/harness.ts'
import { aBoard, aRun } from '../../lab/samples.ts'

type Card = { ms: number[]; writtenMs: number[]; bytes: number }
export type SlackCardsSaid = Record<'home' | 'queue' | 'boards' | 'status', Card>

const BOARDS = 1_000
const FAMILIES = 20
const WAITING = 50
const ROUNDS = 100

const boards = Array.from({ length: BOARDS }, (_, n) => aBoard(`b${n}`, { family: `f${n % FAMILIES}` }))
const { lab, storage, close } = await openLab({ boards })
await storage.store.commit(
  boards.map(({ id }) => ({ o: 'board/step', id, at: 0, event: { kind: 'lost', reason: 'bench' } }) as const),
)
const runs = Array.from({ length: WAITING }, (_, n) =>
  aRun({ id: `T${n + 1}`, family: `f${n % FAMILIES}`, arrivedAt: n, times: {} }),
)
await storage.store.commit(runs.map(run => ({ o: 'run/submitted', run }) as const))
const draw = createDrawing(lab)

const said: SlackCardsSaid = {
  home: await timed('home', draw.home),
  queue: await timed('queue', draw.message),
  boards: await timed('boards', draw.message),
  status: await timed('status', draw.message),
}
await close()
process.stdout.write(`${JSON.stringify(said)}\n`)

async function timed(topic: string, drawn: (view: View) => object): Promise<Card> {
  const card: Card = { ms: [], writtenMs: [], bytes: 0 }
  for (let round = 0; round < ROUNDS; round++) {
    const from = performance.now()
    const view = await drawTopic(topic, lab, MEI)
    if (view === null) throw new Error(`no card of ${topic}`)
    const payload = drawn(view)
    const made = performance.now()
    card.bytes = JSON.stringify(payload).length
    card.ms.push(made - from)
    card.writtenMs.push(performance.now() - made)
  }
  return card
}
