import type { Reporter, TestModule } from 'vitest/node'
import { leftOutLine } from './real/fixtures/left-out.ts'

/** Prints `N passed, N failed, N skipped` as the very last line: after vitest's summary and the coverage table. */
export default class PlainReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandledErrors: ReadonlyArray<unknown>): void {
    let passed = 0
    let failed = unhandledErrors.length
    let skipped = 0
    const reasons: string[] = []
    const again: string[] = []
    for (const module of modules) {
      failed += module.errors().length
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state === 'passed') passed++
        else if (state === 'failed') failed++
        else skipped++
        if (test.diagnostic()?.flaky) again.push(test.fullName)
        const { leftOut } = test.meta()
        if (leftOut !== undefined) reasons.push(leftOut)
      }
    }
    const left = skipped > 0 ? `, ${skipped} skipped` : ''
    const why = leftOutLine(reasons)
    process.once('exit', () => {
      for (const name of again) process.stdout.write(`passed only when run again: ${name}\n`)
      if (why !== null) process.stdout.write(`${why}\n`)
      process.stdout.write(`${passed} passed, ${failed} failed${left}\n`)
    })
  }
}
