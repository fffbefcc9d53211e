import type { Clock } from '../base/clock.ts'
import type { OperationMeasures } from '../base/measures.ts'
import { OperationTally } from './operation-tally.ts'

/** What a cache is asked to do, by the names of its methods; `glance` is what pages and fragments at hand are asked by. */
const OPERATIONS = [
  'get',
  'lookup',
  'getMany',
  'has',
  'ttl',
  'glance',
  'getOrSet',
  'getOrSetMany',
  'refresh',
  'set',
  'add',
  'setMany',
  'touch',
  'delete',
  'deleteMany',
  'take',
  'incr',
  'incrVersion',
  'invalidate',
  'invalidateTags',
  'clear',
  'deletePattern',
  'flushServer',
  'lock',
  'transaction',
] as const

export type OperationName = (typeof OPERATIONS)[number]

export type Operations = Readonly<Record<OperationName, OperationTally>>

export function newOperations(clock: Clock): Operations {
  const made = OPERATIONS.map((name) => [name, new OperationTally(clock)])
  return Object.fromEntries(made) as Operations
}

/** Those that were called. */
export function readOperations(operations: Operations): Record<string, OperationMeasures> {
  const called = OPERATIONS.filter((name) => operations[name].calls > 0)
  return Object.fromEntries(called.map((name) => [name, operations[name].read()]))
}
