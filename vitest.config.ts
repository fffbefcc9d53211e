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
    setupFiles: ['test/setup/dice.ts'],
    // Processes, not threads: tests signal, pause and kill, and each file has its own global state.
    pool: 'forks',
    maxWorkers: 2,
    // A busy machine may be slow; nothing here is judged by how long it takes.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 10_000 } },
    teardownTimeout: 10_000,
    // A listener or timer that a test forgot must fail the run, not hang it.
    dangerouslyIgnoreUnhandledErrors: false,
  },
})
