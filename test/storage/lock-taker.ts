/** `node lock-taker.ts FOLDER`: takes the lock, prints `held` or why not, and holds it until its input ends. */
import { writeSync } from 'node:fs'
import { systemClock } from '../../src/clock.ts'
import { LabError } from '../../src/errors.ts'
import { silentLog } from '../../src/log.ts'
import { takeLock } from '../../src/storage/lock.ts'

const [dir = '', ending = 'release'] = process.argv.slice(2)

// Ready first, so that many can be let go at the same instant by their input.
writeSync(1, 'ready\n')
process.stdin.once('data', () => {
  takeLock({ dir, clock: systemClock, log: silentLog }).then(
    lock => {
      writeSync(1, 'held\n')
      process.stdin.once('end', () => {
        if (ending === 'release') lock.release().then(() => process.exit(0), fail)
        else process.exit(0)
      })
    },
    error => {
      if (!(error instanceof LabError)) return fail(error)
      writeSync(1, `${error.code} ${error.message}\n`)
      process.exit(0)
    },
  )
})

function fail(error: unknown): never {
  console.error(error)
  process.exit(1)
}
