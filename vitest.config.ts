import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { sources } from './scripts/exports.mjs'
import { root } from './scripts/run.mjs'

export default defineConfig({
  resolve: {
    // Tests run the source. Exact matches only: 'breakwater' is a prefix of every other name.
    alias: Object.entries(sources(join(root, 'src'))).map(([name, file]) => ({
      find: new RegExp(`^${name}$`),
      replacement: join(root, file),
    })),
  },
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['node_modules/**', 'dist/**', '.build/**'],
    globalSetup: ['test/setup/build.ts'],
    // Processes, not threads: tests signal, pause and kill, and each file has its own global state.
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 15_000,
    // What is waited for comes by itself; how soon is no matter of these tests, and a busy machine is slow.
    expect: { poll: { timeout: 10_000, interval: 20 } },
    hookTimeout: 30_000,
    teardownTimeout: 10_000,
    // A listener or timer that a test forgot must fail the run, not hang it.
    dangerouslyIgnoreUnhandledErrors: false,
  },
})
