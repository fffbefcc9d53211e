import { join } from 'node:path'
import { env } from 'node:process'
import { defineConfig } from 'vitest/config'
import { sources } from './scripts/exports.mjs'
import { root } from './scripts/run.mjs'
import { HeaviestFirst } from './test/setup/heaviest-first.ts'

/** Tests that need nothing but this process: their time is a fake clock's, and what fails once is broken. */
const ALONE = [
  'test/{architecture,base,codec,config,docs,interleaving,model,records,testing,tiers,types}/**/*.test.ts',
  'test/http/rules/**/*.test.ts',
  'test/stores/{memory,null}/**/*.test.ts',
]

export default defineConfig({
  resolve: {
    // Tests run the source. Exact matches only: 'breakwater' is a prefix of every other name.
    alias: Object.entries(sources(join(root, 'src'))).map(([name, file]) => ({
      find: new RegExp(`^${name}$`),
      replacement: join(root, file),
    })),
  },
  test: {
    globalSetup: ['test/setup/build.ts', 'test/setup/templates.ts'],
    setupFiles: ['test/setup/dice.ts'],
    // Processes, not threads: tests signal, pause and kill, and each file has its own global state.
    pool: 'forks',
    // One more than CI has cores: many files wait for servers, processes and real time.
    maxWorkers: 3,
    sequence: { sequencer: HeaviestFirst },
    // A busy machine may be slow; nothing here is judged by how long it takes.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    teardownTimeout: 10_000,
    expect: { poll: { timeout: 10_000 } },
    // A listener or timer that a test forgot must fail the run, not hang it.
    dangerouslyIgnoreUnhandledErrors: false,
    projects: [
      // They change nothing outside of what they make, so that all of them can load the source once.
      { extends: true, test: { name: 'alone', include: ALONE, isolate: false } },
      {
        extends: true,
        test: {
          name: 'with servers',
          include: ['test/**/*.test.ts'],
          exclude: ALONE,
          // Real servers and processes share few cores with each other: a moment that was missed once is shown as retried,
          // what fails twice is broken. The dice are the same both times.
          retry: env['CI'] === undefined ? 0 : 1,
        },
      },
    ],
  },
})
