import type { Cell } from './measure.ts'
import { hitRatios, summaries, verdicts } from './table.ts'

/** The page of the results. Written by the bench alone. */
export function report(applications: readonly Cell[], all: readonly Cell[]): string {
  const judged = verdicts(applications, all).map(({ text }) => `- ${text}\n`)
  return `# Hit ratios of the memory store

Written by \`npm run bench hit-ratio -- --all --write\`; do not edit.

${judged.join('')}
![Misses of several policies against those of LRU](hit-ratio.svg)

## How it is measured

Each trace is played in its order to a cache that keeps a share of the trace's distinct keys. What is not there counts as a miss and is stored. There are no sizes and no times here, only the order of eviction. Breakwater is the memory store's own code; the others are simulations written for this bench, from their papers (sources in \`bench/hit-ratio/policies\`), and checked against no implementation but each other and the limit: read W-TinyLFU, whose hill climber is the simple one, as near to Caffeine, not as Caffeine. Belady's limit knows the future, and may refuse to store at all.

The traces, where they come from and their licences: \`bench/traces/README.md\`. Each cell counts the same in a mean.

## Applications

${summaries(applications)}
## All traces

${summaries(all)}
## Hit ratios, in percent

The best of each row is set off.

${hitRatios(all)}`
}
