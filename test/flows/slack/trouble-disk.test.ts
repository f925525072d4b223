import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { canMount, fill, withSmallDisk } from '../../storage/small-disk.ts'
import { until } from '../../until.ts'
import { letGo, running, WAITS } from '../gate.ts'
import { openOffice } from './office.ts'

/** The bot keeps a ballast of 4 MiB, and wants as much again before it calls the disk roomy. */
const DISK = 24 * 1024 * 1024

const MOUNTS = await canMount()

describe.skipIf(!MOUNTS)('a disk that is full while somebody types in Slack (P27)', () => {
  it('they are told that nothing was done, what runs ends and is told, and with room it all works again', async () => {
    await withSmallDisk(DISK, async disk => {
      const boards = [{ id: 'soc-a-001', family: 'socA' }]
      const office = await openOffice({ boards, dataDir: join(disk, 'data') })
      const { slack, world } = office
      try {
        const [mei, kai, lab] = [slack.person('mei'), slack.person('kai'), slack.channel('lab')]
        await mei.slash('/run-test', `socA ${WAITS}`, lab)
        await running(world, 'T1')
        const card = await lab.waitsFor(/T1 · echo waiting/)

        const makeRoom = await fill(disk)
        const type = async (line: string): Promise<string> => {
          await kai.slash('/run-test', line, lab)
          return kai.sees(lab)
        }
        const isTold = async (): Promise<boolean> =>
          /\(only you\).*The disk of the bot is full: no new tests are taken\.\n.*try again when there is room/.test(
            await type('socA --shell "echo too much"'),
          )
        await until(isTold, 'kai is told')
        expect(kai.troubles).toEqual([])
        // What was taken before that is shown, and stays.
        const taken = (await world.lab.runs({})).length - 1
        const shown = (): number =>
          lab.messages().filter(each => /T\d+ · echo too much/.test(each.text)).length
        await until(() => shown() === taken, 'what was taken is shown')

        letGo(world.board('soc-a-001'))
        await until(() => /passed/.test(card.text) && lab.replies(card).length > 0, 'it is told', 30_000)
        await makeRoom()
        const works = async (): Promise<boolean> =>
          /echo again/.test((await type('socA --shell "echo again"')) && lab.text())
        await until(works, 'it works again', 30_000)
        expect(lab.replies(card)).toHaveLength(1)
        expect(slack.complaints).toEqual([])
        expect(world.errors.map(each => each.message)).toEqual([
          'the disk is full: new work is refused until there is room',
        ])
      } finally {
        await office.close()
      }
    })
  })
})
