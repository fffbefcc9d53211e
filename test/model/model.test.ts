import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { explore, type Model } from './checker.ts'
import { modelOf, type Row, ROWS } from './configurations.ts'
import { MUTANT_ROWS } from './mutant-rows.ts'
import { MUTANTS } from './mutants.ts'
import { narrate } from './table.ts'
import { judge } from './verdict.ts'

/** Rows that take a moment. `npm run model` explores them all. */
const QUICK = [
  'tag-1-warm',
  'late-both',
  'two-rounds',
  'one-load',
  'no-useless-wait',
  'near-key',
  'near-tag',
  'near-two',
  'near-trimmed',
  'failover-key',
  'intent-tag',
  'intent-undeclared',
  'intent-plain',
  'intent-expired',
  'before-replay',
  'quarantine-evicted',
  'intents-lost',
]

/** A walk over the numbers from 0: each state offers the numbers that it leads to. */
function walk(
  leads: Readonly<Record<number, readonly number[]>>,
  ends: { final?: number; broken?: number; lucky?: number } = {},
): Model<number> {
  return {
    initial: () => 0,
    steps: (state, offer) => {
      for (const next of leads[state] ?? []) offer(next, `to ${next}`, next === ends.lucky)
    },
    fault: (state) => (state === ends.broken ? `P1: ${state}` : undefined),
    isFinal: (state) => state === ends.final,
    encode: (state, bytes) => {
      bytes[0] = state
      return 1
    },
    show: String,
  }
}

describe('the checker', () => {
  it('visits every state once and is content when nothing is wrong', () => {
    const findings = explore(walk({ 0: [1, 2], 1: [3], 2: [3], 3: [0, 4] }, { final: 4 }))

    expect(findings).toMatchObject({ states: 5, steps: 6, fault: undefined, trace: [] })
  })

  it('tells a shortest way to a broken promise', () => {
    const findings = explore(walk({ 0: [1, 2], 1: [3], 3: [9], 2: [9] }, { broken: 9 }))

    expect(findings.fault).toBe('P1: 9')
    expect(findings.trace.map(({ label }) => label)).toEqual(['the start', 'to 2', 'to 9'])
  })

  it('finds a state that leads nowhere', () => {
    const findings = explore(walk({ 0: [1, 2] }, { final: 1 }))

    expect(findings.fault).toMatch(/^Liveness/)
    expect(findings.trace.at(-1)?.after).toBe('2')
  })

  it('finds states that only lead to each other', () => {
    const findings = explore(walk({ 0: [1, 2], 2: [3], 3: [2] }, { final: 1 }))

    expect(findings.fault).toMatch(/^Liveness/)
  })

  it('counts on no luck', () => {
    const findings = explore(walk({ 0: [1] }, { final: 1, lucky: 1 }))

    expect(findings.fault).toMatch(/^Liveness/)
  })
})

describe('the models', () => {
  it('change no state that they were given, so that all steps from it begin alike', () => {
    for (const row of ROWS) expect(changedBy(modelOf(row)), row.id).toBeUndefined()
  })
})

describe('the protocol', () => {
  it.for(QUICK)('%s', (id) => {
    expect(verdictOf(rowOf(id))).toEqual({ good: true })
  })
})

describe('a mutant', () => {
  it.for(MUTANT_ROWS.map(({ id }) => id))('%s is caught, or safe for the reason given', (id) => {
    expect(verdictOf(rowOf(id))).toEqual({ good: true })
  })

  it('has a row, each of them', () => {
    const tried = MUTANT_ROWS.flatMap(({ protocol, near }) => (protocol ?? near)?.mutants ?? [])

    expect([...new Set(tried)].toSorted()).toEqual(Object.keys(MUTANTS).toSorted())
  })
})

describe('a verdict', () => {
  const row: Row = { id: 'x', name: 'x', expect: 'P1' }
  const none = { states: 1, steps: 1, ms: 1, fault: undefined, trace: [], measured: 0 }

  it('condemns a mutant that survives', () => {
    expect(judge(row, none)).toMatchObject({ good: false })
  })

  it('condemns another fault than the one expected, and a fault where none was', () => {
    const findings = { ...none, fault: 'P2: two leases' }

    expect(judge(row, findings)).toMatchObject({ good: false })
    expect(judge({ ...row, expect: 'holds' }, findings)).toMatchObject({ good: false })
  })

  it('condemns a figure that is not the one promised', () => {
    const promised: Row = { ...row, expect: 'holds', measured: 1 }

    expect(judge(promised, { ...none, measured: 2 })).toMatchObject({ good: false })
    expect(judge(promised, { ...none, measured: 1 })).toMatchObject({ good: true })
  })
})

describe('a trace', () => {
  it('tells in words how a late COMMIT without token check resurrects a value', () => {
    const findings = explore(modelOf(rowOf('commit-without-token')))
    const story = narrate(findings.trace, findings.fault ?? '')

    expect(story).toContain('writer 1: the store invalidates the key')
    expect(story).toContain('A1: the store takes its COMMIT of 0')
    expect(story).toMatch(/P1: a reader that began after .* was given version 0$/)
  })
})

describe('docs/model.md', () => {
  it('shows every row', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/model.md'), 'utf8')

    expect(ROWS.filter(({ name }) => !page.includes(`  ${name} `)).map(({ id }) => id)).toEqual([])
  })
})

function rowOf(id: string): Row {
  const row = ROWS.find((candidate) => candidate.id === id)
  if (row === undefined) throw new Error(`There is no row '${id}'.`)
  return row
}

/** With the text of the verdict only when it is bad: the reporter then shows it. */
function verdictOf(row: Row): { good: boolean; text?: string } {
  const { good, text } = judge(row, explore(modelOf(row)))
  return good ? { good } : { good, text }
}

/** The first states of a model, and whether a step has changed what it began from or what another step had made. */
function changedBy(model: Model<unknown>): string | undefined {
  const asText = (state: unknown): string => JSON.stringify(state, withoutOwnership)
  let frontier = [model.initial()]
  for (let level = 0; level < 10; level++) {
    const made: { state: unknown; text: string; label: string }[] = []
    for (const state of frontier.slice(0, 5)) {
      const before = asText(state)
      model.steps(state, (next, label) => made.push({ state: next, text: asText(next), label }))
      if (asText(state) !== before) return `a step from ${model.show(state)}`
    }
    for (const { state, text, label } of made) if (asText(state) !== text) return label
    // From the end: not the first callers alone.
    frontier = made.map(({ state }) => state).toReversed()
  }
  return undefined
}

// Which parts of a state are shared with others is no part of what it says.
function withoutOwnership(name: string, value: unknown): unknown {
  return name === 'owned' ? 0 : value
}
