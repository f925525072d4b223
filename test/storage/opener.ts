/** `node opener.ts FOLDER`: opens a store there and prints the code of what is wrong, or `opened`. */
import { systemClock } from '../../src/clock.ts'
import { LabError } from '../../src/errors.ts'
import { silentLog } from '../../src/log.ts'
import { openStore } from '../../src/storage/store.ts'
import { toyModel } from './toy.ts'

const [dir] = process.argv.slice(2)
if (dir === undefined) process.exit(0)
try {
  const store = await openStore({ dir, model: toyModel, log: silentLog, clock: systemClock, exit() {} })
  await store.close()
  console.log('opened')
} catch (error) {
  if (!(error instanceof LabError)) throw error
  console.log(`${error.code}: ${error.message}. ${error.hint}`)
}
