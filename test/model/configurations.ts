// The rows of the table: what is explored, and what must come of it.
import type { Configuration, Target } from './configuration.ts'
import type { Model } from './checker.ts'
import { MUTANT_ROWS } from './mutant-rows.ts'
import { near, type NearConfiguration } from './near.ts'
import { protocol } from './protocol.ts'

/** The promises that a row may break. */
type Promised = 'P1' | 'P2' | 'Liveness'

export interface Row {
  /** For `--trace`. */
  readonly id: string
  readonly name: string
  /** What must be found; `holds` is nothing at all. */
  readonly expect: 'holds' | Promised
  /** Why, where that is not plain from the name. */
  readonly note?: string
  /** What {@link Model.measure} must come to. */
  readonly measured?: number
  readonly protocol?: Configuration
  readonly near?: NearConfiguration
}

export interface Section {
  readonly title: string
  readonly rows: readonly Row[]
}

/** Two callers in process A, one in process B. */
const THREE = [0, 0, 1] as const
const TWO = [0, 1] as const

export const SECTIONS: readonly Section[] = [
  { title: 'The lease protocol: three callers in two processes', rows: grid() },
  {
    title: 'The lease protocol: accidents',
    rows: [
      holds('late-key', 'answers arrive late, key', {
        callers: THREE,
        invalidations: ['key'],
        late: true,
        heeds: false,
      }),
      holds('late-tag', 'answers arrive late, tag', {
        callers: THREE,
        invalidations: ['tag'],
        late: true,
        heeds: false,
      }),
      holds('late-both', 'answers arrive late, key+tag, one process', {
        callers: [0, 0],
        invalidations: ['key+tag'],
        late: true,
      }),
      holds('writers', 'two writers at once, key and tag', {
        callers: THREE,
        invalidations: ['key', 'tag'],
        concurrent: true,
        heeds: false,
      }),
      holds('undeclared-cold', 'nobody declares the tag, cold', undeclared(false)),
      holds('undeclared-warm', 'nobody declares the tag, warm', undeclared(true)),
      holds('declared-by-one', 'one of three declares the tag, cold', {
        ...undeclared(false),
        declares: [true, false, false],
        heeds: false,
      }),
      holds('evicted-key', 'the entry is evicted, key', {
        callers: THREE,
        invalidations: ['key'],
        warm: true,
        evictions: 1,
      }),
      holds('evicted-tag', 'the entry is evicted, tag', {
        callers: THREE,
        invalidations: ['tag'],
        warm: true,
        evictions: 1,
        heeds: false,
      }),
      holds('lost-generations', 'the generations are lost', {
        callers: THREE,
        invalidations: ['tag'],
        warm: true,
        losses: 1,
        heeds: false,
      }),
      holds('killed', 'a process is killed', {
        callers: THREE,
        invalidations: ['tag'],
        kills: 1,
        heeds: false,
      }),
      holds('failed', 'a load fails', { callers: THREE, invalidations: ['key'], failures: 1 }),
      holds('one-round', 'one round, then a load that is not stored', {
        callers: THREE,
        invalidations: ['key'],
        maxRounds: 1,
      }),
      holds('two-rounds', 'two rounds, then a load that is not stored', {
        callers: TWO,
        invalidations: ['tag'],
        maxRounds: 2,
      }),
      measured('one-load', 'a cold key and nothing goes wrong: one load', 1, {
        callers: THREE,
        invalidations: [],
        lapses: false,
        measure: 'loads',
      }),
      measured('no-useless-wait', 'nobody waits for a load overtaken before the call', 0, {
        callers: TWO,
        invalidations: ['tag'],
        measure: 'uselessWaits',
      }),
    ],
  },
  {
    title: 'The near cache: the log, its age and placeholders',
    rows: [
      nearRow('near-key', 'another process, key', { readers: [1], invalidations: ['key'] }),
      nearRow('near-tag', 'another process, tag', { readers: [1], invalidations: ['tag'] }),
      nearRow('near-horizon', 'another process, key, D of two ticks', {
        readers: [1],
        invalidations: ['key'],
        horizon: 2,
      }),
      nearRow('near-two', 'another process, key and then tag', {
        readers: [1],
        invalidations: ['key', 'tag'],
      }),
      nearRow('near-pair', 'another process, two readers', {
        readers: [1, 1],
        invalidations: ['key'],
      }),
      nearRow('near-own', 'the process that invalidates: exact', {
        readers: [0, 0],
        invalidations: ['key'],
      }),
      nearRow('near-both', 'both processes, near copies at the start, key', {
        readers: TWO,
        calls: [1, 1],
        invalidations: ['key'],
        warm: true,
      }),
      nearRow('near-trimmed', 'the log loses records', {
        readers: [1],
        invalidations: ['key'],
        trims: 1,
      }),
      nearRow('near-everywhere', "reach: 'everywhere' is exact", {
        readers: [1],
        invalidations: ['key'],
        everywhere: true,
      }),
      nearRow('near-strict', 'strict reads are exact', {
        readers: [1, 1],
        invalidations: ['key'],
        strict: true,
      }),
    ],
  },
  {
    title: 'Failover that loses any number of last writes',
    rows: [
      failover('failover-key', 'key', 'all', ['key']),
      failover('failover-tag', 'tag', 'all', ['tag']),
      failover('failover-entries', "tag, the entry's server only", 'entries', ['tag']),
      failover('failover-generations', "tag, the generations' server only", 'generations', ['tag']),
      holds('failover-pair', 'key+tag, two callers in another process', {
        callers: [1, 1],
        invalidations: ['key+tag'],
        failover: 'all',
        heeds: false,
      }),
    ],
  },
  {
    title: 'Intents: writers that may die at any moment',
    rows: [
      intents('intent-key', 'key', {
        callers: THREE,
        invalidations: ['key'],
        warm: true,
        heeds: false,
      }),
      intents('intent-tag', 'tag', { callers: TWO, invalidations: ['tag'], warm: true }),
      intents('intent-undeclared', 'tag that nobody declares', {
        callers: [0, 0],
        invalidations: ['tag'],
        declares: [false, false],
        warm: true,
      }),
      intents('intent-keys', 'two writers, one key', {
        callers: TWO,
        invalidations: ['key', 'key'],
        heeds: false,
      }),
      intents('intent-tags', 'two writers, one tag', {
        callers: TWO,
        invalidations: ['tag', 'tag'],
        heeds: false,
        lapses: false,
      }),
      intents('intent-mixed', 'two writers, key and tag', {
        callers: TWO,
        invalidations: ['key', 'tag'],
        heeds: false,
      }),
      intents('intent-plain', 'two writers, one of them announces nothing', {
        callers: TWO,
        invalidations: ['key', 'key'],
        announces: [true, false],
      }),
      {
        ...intents('intent-expired', 'after the deadline of a dead writer: one load', {
          callers: THREE,
          invalidations: ['tag'],
          expired: true,
          lapses: false,
          heeds: false,
          measure: 'loads',
        }),
        measured: 1,
      },
    ],
  },
  {
    title: 'Beyond the promise: each must be found broken',
    rows: [
      {
        id: 'before-replay',
        name: 'failover: other processes, before the journal is replayed',
        expect: 'P1',
        protocol: {
          callers: TWO,
          invalidations: ['key'],
          warm: true,
          failover: 'all',
          heldDuringFailover: true,
        },
      },
      {
        id: 'quarantine-evicted',
        name: 'intents: the quarantine is evicted and its writer dies',
        expect: 'P1',
        protocol: { callers: TWO, invalidations: ['key'], intents: true, evictions: 1 },
      },
      {
        id: 'intents-lost',
        name: 'intents: the generations are lost and the writer dies',
        expect: 'P1',
        protocol: { callers: TWO, invalidations: ['tag'], intents: true, losses: 1 },
      },
    ],
  },
  { title: 'Mutants: each must be found broken, unless it says why it is safe', rows: MUTANT_ROWS },
]

/** All rows, as the table has them. */
export const ROWS: readonly Row[] = SECTIONS.flatMap(({ rows }) => rows)

export function modelOf(row: Row): Model<unknown> {
  if (row.protocol !== undefined) return protocol(row.protocol)
  if (row.near !== undefined) return near(row.near)
  throw new Error(`The row '${row.id}' explores nothing.`)
}

function grid(): Row[] {
  const rows: Row[] = []
  for (const target of ['key', 'tag', 'key+tag'] as const satisfies readonly Target[]) {
    for (const times of [1, 2]) {
      for (const warm of [false, true]) {
        const start = warm ? 'warm' : 'cold'
        const count = times === 1 ? '1 invalidation' : '2 invalidations'
        rows.push(
          holds(`${target}-${times}-${start}`, `${target}, ${count}, ${start}`, {
            callers: THREE,
            invalidations: Array.from({ length: times }, () => target),
            warm,
            // Several times as many states else. One invalidation shows loads that end early, and either act first.
            heeds: times === 1 || target === 'key',
            keyFirst: times > 1,
          }),
        )
      }
    }
  }
  return rows
}

function undeclared(warm: boolean): Configuration {
  return { callers: THREE, invalidations: ['tag'], declares: [false, false, false], warm }
}

function holds(id: string, name: string, configuration: Configuration): Row {
  return { id, name, expect: 'holds', protocol: configuration }
}

function measured(id: string, name: string, figure: number, configuration: Configuration): Row {
  return { ...holds(id, name, configuration), measured: figure }
}

function nearRow(id: string, name: string, configuration: NearConfiguration): Row {
  return { id, name, expect: 'holds', near: configuration }
}

function failover(
  id: string,
  name: string,
  what: 'all' | 'entries' | 'generations',
  invalidations: readonly Target[],
): Row {
  return holds(id, name, { callers: TWO, invalidations, failover: what, heeds: false })
}

function intents(id: string, name: string, configuration: Configuration): Row {
  return holds(id, name, { ...configuration, intents: true, concurrent: true })
}
