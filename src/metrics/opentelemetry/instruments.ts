import type { Measures } from '../../base/measures.ts'
import type { Attributes } from './api.ts'

/** One instrument, and what it reads. There is no semantic convention for caches (1.45): names are plain, units are UCUM. */
export interface Instrument {
  readonly name: string
  readonly kind: 'counter' | 'gauge'
  readonly unit: string
  readonly description: string
  read(measures: Measures): Iterable<readonly [Attributes, number | undefined]>
}

const STATES = ['up', 'down', 'open', 'probing'] as const

/** `docs/metrics/opentelemetry.md` has the same table; a test compares. */
export const INSTRUMENTS: readonly Instrument[] = [
  {
    name: 'cache.requests',
    kind: 'counter',
    unit: '{request}',
    description: 'Reads, by how they were answered.',
    read: ({ counts }) => [
      [{ 'cache.result': 'hit' }, counts.hits],
      [{ 'cache.result': 'miss' }, counts.misses],
      [{ 'cache.result': 'stale' }, counts.stale],
    ],
  },
  {
    name: 'cache.operations',
    kind: 'counter',
    unit: '{operation}',
    description: 'Calls, by method.',
    read: ({ operations }) =>
      Object.entries(operations).map(([op, { calls }]) => [{ 'cache.operation': op }, calls]),
  },
  {
    name: 'cache.operation.errors',
    kind: 'counter',
    unit: '{operation}',
    description: 'Calls that failed, by method.',
    read: ({ operations }) =>
      Object.entries(operations).map(([op, { errors }]) => [{ 'cache.operation': op }, errors]),
  },
  {
    name: 'cache.loads',
    kind: 'counter',
    unit: '{load}',
    description: 'Loaders that ran.',
    read: ({ counts }) => only(counts.loads),
  },
  {
    name: 'cache.load.errors',
    kind: 'counter',
    unit: '{load}',
    description: 'Loaders that failed.',
    read: ({ counts }) => only(counts.loadErrors),
  },
  {
    name: 'cache.load.time',
    kind: 'counter',
    unit: 's',
    description: 'Time that loaders took, together.',
    read: ({ loads }) => only(loads.sumMs / 1000),
  },
  {
    name: 'cache.load.time_saved',
    kind: 'counter',
    unit: 's',
    description: 'Time of loading that hits spared.',
    read: ({ savedMs }) => only(savedMs / 1000),
  },
  {
    name: 'cache.load.shared',
    kind: 'counter',
    unit: '{request}',
    description:
      'Callers spared a load: they joined one of this process, or waited for one of another.',
    read: ({ counts }) => [
      [{ 'cache.shared_with': 'process' }, counts.joined],
      [{ 'cache.shared_with': 'fleet' }, counts.waits],
    ],
  },
  {
    name: 'cache.stores',
    kind: 'counter',
    unit: '{value}',
    description: 'Values stored, by hand or by a load.',
    read: ({ counts }) => only(counts.stores),
  },
  {
    name: 'cache.invalidations',
    kind: 'counter',
    unit: '{invalidation}',
    description: 'Invalidations of keys, tags, namespaces or everything.',
    read: ({ counts }) => only(counts.invalidations),
  },
  {
    name: 'cache.refusals',
    kind: 'counter',
    unit: '{value}',
    description: 'Values that were not stored.',
    read: ({ counts }) => only(counts.refusals),
  },
  {
    name: 'cache.evictions',
    kind: 'counter',
    unit: '{value}',
    description: 'Values that this process dropped from its memory to make room.',
    read: ({ evictions }) => only(evictions),
  },
  {
    name: 'cache.outages',
    kind: 'counter',
    unit: '{operation}',
    description: 'Acts that the store could not do.',
    read: ({ counts }) => only(counts.outages),
  },
  {
    name: 'cache.io',
    kind: 'counter',
    unit: 'By',
    description: 'Encoded bytes read from the store and written to it.',
    read: ({ bytesRead, bytesWritten }) => [
      [{ 'cache.direction': 'read' }, bytesRead],
      [{ 'cache.direction': 'write' }, bytesWritten],
    ],
  },
  {
    name: 'cache.near.requests',
    kind: 'counter',
    unit: '{request}',
    description: 'Reads that asked the near cache.',
    read: ({ near }) => [
      [{ 'cache.result': 'hit' }, near?.hits],
      [{ 'cache.result': 'miss' }, near?.misses],
    ],
  },
  {
    name: 'cache.entries',
    kind: 'gauge',
    unit: '{value}',
    description: 'Values that the near cache holds.',
    read: ({ near }) => [[{}, near?.entries]],
  },
  {
    name: 'cache.size',
    kind: 'gauge',
    unit: 'By',
    description: 'Bytes that the near cache holds.',
    read: ({ near }) => [[{}, near?.bytes]],
  },
  {
    name: 'cache.limit',
    kind: 'gauge',
    unit: 'By',
    description: 'Bytes that the near cache may hold.',
    read: ({ near }) => [[{}, near?.maxBytes]],
  },
  {
    name: 'cache.loads.running',
    kind: 'gauge',
    unit: '{load}',
    description: 'Loads that run in this process.',
    read: ({ health }) => only(health.loadsRunning),
  },
  {
    name: 'cache.loads.queued',
    kind: 'gauge',
    unit: '{load}',
    description: 'Loads that wait for a place.',
    read: ({ health }) => only(health.loadsQueued),
  },
  {
    name: 'cache.invalidations.owed',
    kind: 'gauge',
    unit: '{invalidation}',
    description: 'Invalidations that wait for the store to come back.',
    read: ({ health }) => only(health.owed),
  },
  {
    name: 'cache.circuit.state',
    kind: 'gauge',
    unit: '1',
    description: 'Whether the store answers: 1 for the state that it is in, 0 for the others.',
    read: ({ health }) =>
      STATES.map((state) => [{ 'cache.state': state }, state === health.state ? 1 : 0]),
  },
]

function only(value: number): readonly (readonly [Attributes, number])[] {
  return [[{}, value]]
}
