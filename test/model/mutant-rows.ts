// One row for each mutant, in the smallest configuration that shows what it does.
import type { Configuration } from './configuration.ts'
import type { Row } from './configurations.ts'
import { MUTANTS, type Mutant } from './mutants.ts'
import type { NearConfiguration } from './near.ts'

const TWO = [0, 1] as const
const KEY: Configuration = { callers: TWO, invalidations: ['key'] }
const TAG: Configuration = { callers: TWO, invalidations: ['tag'] }
const WARM_TAG: Configuration = { ...TAG, warm: true }
const UNDECLARED: Configuration = { ...TAG, declares: [false, false] }
const ONE_PROCESS: Configuration = { callers: [0, 0], invalidations: ['key'] }
const FAILOVER: Configuration = { ...KEY, warm: true, failover: 'all' }
const INTENT: Configuration = { ...KEY, intents: true, concurrent: true }
const NEAR: NearConfiguration = { readers: [1], invalidations: ['key'] }

export const MUTANT_ROWS: readonly Row[] = [
  caught('commit-without-token', 'P1', KEY),
  caught('stamp-after-load', 'P1', TAG),
  caught('naive-single-flight', 'P1', ONE_PROCESS),
  caught('unchecked-joiners', 'P1', ONE_PROCESS),
  caught('delete-keeps-lease', 'P1', KEY),
  {
    ...caught('no-steal', 'P1', TAG),
    note: "'busy' vouches for the record that comes with the wake",
  },
  {
    id: 'no-steal-bare-wakes',
    name: 'the same, and wakes bring no record, one caller per process',
    expect: 'holds',
    measured: 1,
    note: 'only latency: a fresh call waits out a whole useless load',
    protocol: { ...TAG, mutants: ['no-steal', 'bare-wakes'], measure: 'uselessWaits' },
  },
  {
    id: 'no-steal-one-process',
    name: 'the same, two callers in one process',
    expect: 'P1',
    note: "'busy' vouches for the load of a caller of the same process, too",
    protocol: { callers: [0, 0], invalidations: ['tag'], mutants: ['no-steal', 'bare-wakes'] },
  },
  {
    ...safe('bare-wakes', TAG),
    note: 'a wake is a hint to look; each waiter makes one read more',
  },
  caught('lease-for-all', 'P2', KEY),
  {
    ...safe('no-rev-check', {
      callers: [0, 0, 1],
      invalidations: [],
      lapses: false,
      measure: 'loads',
    }),
    note: 'a cold key is loaded 3 times by 3 callers instead of once',
    measured: 3,
  },
  { ...caught('rev-unseen', 'Liveness', WARM_TAG), note: 'an invalid value is a hit for ever' },
  caught('late-tags-unchecked', 'P1', { ...UNDECLARED, callers: [0, 0] }),
  caught('late-tags-unread', 'P1', { ...UNDECLARED, warm: true }),
  caught('vouched-undeclared', 'P1', UNDECLARED),
  caught('wake-from-anyone', 'P1', { callers: [0, 0, 1], invalidations: ['key'] }),
  caught('lost-generations-zero', 'P1', { ...WARM_TAG, losses: 1 }),
  nearCaught('log-before-delete', NEAR),
  nearCaught('no-placeholder', NEAR),
  nearCaught('shared-placeholder', { ...NEAR, readers: [1, 1] }),
  nearCaught('past-horizon-served', NEAR),
  nearCaught('horizon-from-answer', NEAR),
  nearCaught('gap-unnoticed', { ...NEAR, trims: 1 }),
  nearCaught('reach-without-waiting', { ...NEAR, everywhere: true }),
  nearCaught('own-near-unaware', { ...NEAR, readers: [0] }),
  caught('no-journal', 'P1', FAILOVER),
  caught('journal-after-reads', 'P1', FAILOVER),
  {
    ...safe('lease-survives-failover', { ...KEY, failover: 'all', heeds: false }),
    note: 'what such a lease stores is removed, or made invalid, by the replay',
  },
  {
    id: 'lease-survives-failover-tag',
    name: 'the same, key+tag, two callers in another process',
    expect: 'holds',
    note: 'as before, for the key and for the tag',
    protocol: {
      callers: [1, 1],
      invalidations: ['key+tag'],
      failover: 'all',
      heeds: false,
      mutants: ['lease-survives-failover'],
    },
  },
  caught('no-intents', 'P1', { ...INTENT, warm: true }),
  caught('intent-removed-by-others', 'P1', { ...INTENT, invalidations: ['key', 'key'] }),
  caught('intent-removed-by-delete', 'P1', {
    ...INTENT,
    invalidations: ['key', 'key'],
    announces: [true, false],
  }),
  caught('quarantine-stores', 'P1', INTENT),
  {
    ...safe('stamp-without-deadlines', {
      ...INTENT,
      callers: [0, 0, 1],
      invalidations: ['tag'],
      expired: true,
      lapses: false,
      heeds: false,
      measure: 'loads',
    }),
    note: 'what is stored is never valid: each call loads, until somebody invalidates',
    measured: 3,
  },
  // Its first fault is one of P2; that it breaks P1 says more.
  caught('deadline-judged-early', 'P1', { ...INTENT, invalidations: ['tag'], p2: false }),
  caught('commit-after-deadline', 'P1', { ...INTENT, invalidations: ['tag'], warm: true }),
]

function caught(mutant: Mutant, expect: 'P1' | 'P2' | 'Liveness', base: Configuration): Row {
  const protocol: Configuration = { ...base, mutants: [mutant] }
  return { id: mutant, name: MUTANTS[mutant], expect, protocol }
}

function nearCaught(mutant: Mutant, base: NearConfiguration): Row {
  return { id: mutant, name: MUTANTS[mutant], expect: 'P1', near: { ...base, mutants: [mutant] } }
}

function safe(mutant: Mutant, base: Configuration): Row {
  const protocol: Configuration = { ...base, mutants: [mutant] }
  return { id: mutant, name: MUTANTS[mutant], expect: 'holds', protocol }
}
