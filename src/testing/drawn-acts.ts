// What random sequences are made of.
import type { Field } from '../base/generation.ts'
import type { ActName } from './wrapped-store.ts'

export const FIELDS: readonly Field[] = ['*', 'n:a', 't:red', 't:blue']
export const VALUES: readonly unknown[] = [
  0,
  7,
  -1,
  2 ** 53 - 2,
  3n,
  'text',
  '12',
  null,
  [1, { a: 2 }],
]
/** How long values live, from now. Without time that passes there are only those that never end, and those that have. */
export const LIVES: readonly (readonly [freshMs: number, deadMs: number])[] = [
  [Infinity, Infinity],
  // Long ago: processes know a server's clock with an error.
  [-1000, Infinity],
  [-1000, -1000],
]
export const TIMED_LIVES: typeof LIVES = [
  ...LIVES,
  [100, 100],
  [100, 400],
  [-1000, 250],
  [300, Infinity],
]

/** `leave` is a load that begins and brings nothing: a lease asked for and given up at once. */
export type Act =
  | Exclude<ActName, 'read' | 'scan' | 'stats' | 'examine' | 'flushServer'>
  | 'leave'
  | 'pass'

export const ACTS: readonly Act[] = [
  'write',
  'acquire',
  'commit',
  'remove',
  'increment',
  'touch',
  'release',
  'renew',
  'bump',
  'leave',
  'intend',
  'withdraw',
]
export const TIMED_ACTS: readonly Act[] = [...ACTS, 'pass', 'pass']

/** Turns numbers into acts: what is drawn first is the simplest, so that shrinking the numbers shrinks the acts. */
export class Draw {
  readonly #numbers: readonly number[]
  #at = 0

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers
  }

  of<T>(choices: readonly T[]): T {
    const number = this.#numbers[this.#at++] ?? 0
    return choices[number % choices.length] as T
  }
}
