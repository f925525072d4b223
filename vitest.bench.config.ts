import { defineConfig } from 'vitest/config'

// By itself, as with projects each bench would run once a project. One file at a time: they share two cores with
// what they measure. It prints and asserts no time; what is worth keeping is put into docs/performance.md by hand.
export default defineConfig({
  test: {
    reporters: ['dot', './test/plain-reporter.ts'],
    include: ['test/bench/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    testTimeout: 600_000,
    hookTimeout: 120_000,
  },
})
