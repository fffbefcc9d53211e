import { existsSync } from 'node:fs'
import { join } from 'node:path'
import {
  PyDate,
  PyDateTime,
  PyDecimal,
  PySafeString,
  PyTime,
  PyTimeDelta,
  PyTimezone,
  PyUuid,
  readPickle,
  writePickle,
} from 'breakwater/django'
import { isCacheError } from '../../src/base/errors.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Django, startDjango } from './django.ts'
import { mutated, randomNumbers } from './mutations.ts'
import { ROWS } from './rows.ts'

const LEAVES = [
  PyDate,
  PyDateTime,
  PyDecimal,
  PySafeString,
  PyTime,
  PyTimeDelta,
  PyTimezone,
  PyUuid,
]

let django: Django
let corpus: Buffer[] = []

beforeAll(async () => {
  django = await startDjango({ redis: 'redis://127.0.0.1:1' })
  // The long ones would only be slower.
  const values = ROWS.map(({ python }) => python).filter(
    (python) => !/70000|range\(300\)/.test(python),
  )
  for (const python of values) {
    const pickles = (await django.run(
      `[b64(pickle.dumps(${python}, p)) for p in range(${python.startsWith('Safe') ? 2 : 0}, 6)]`,
    )) as string[]
    corpus.push(...pickles.map((pickle) => Buffer.from(pickle, 'base64')))
  }
  corpus.push(...hostile(join(django.folder, 'executed')))
  // Of any length and in any order they would do, but the same ones each time is kinder.
  corpus = corpus.filter((pickle) => pickle.byteLength < 1000)
})

afterAll(async () => {
  await django?.stop()
})

/** What would run a command in Python. */
function hostile(file: string): Buffer[] {
  const command = `touch ${file}`
  return [
    `cos\nsystem\n(S'${command}'\ntR.`,
    `cposix\nsystem\n(V${command}\ntR.`,
    `c__builtin__\neval\n(S'__import__("os").system("${command}")'\ntR.`,
    `(S'${command}'\nios\nsystem\n.`,
    `csubprocess\nPopen\n((lp0\nS'touch'\naS'${file}'\natR.`,
  ].map((text) => Buffer.from(text, 'latin1'))
}

/** Whether it is nothing but data, all the way down. */
function isData(value: unknown): boolean {
  if (value === null || ['string', 'number', 'boolean', 'bigint'].includes(typeof value))
    return true
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return value.every(isData)
  if (value instanceof Map) return [...value].flat().every(isData)
  if (value instanceof Set) return [...value].every(isData)
  if (value instanceof Uint8Array) return true
  if (LEAVES.some((leaf) => value instanceof leaf)) return true
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isData)
}

describe('100,000 mutated pickles', () => {
  it('each end as data or as a typed refusal, within their bounds, and nothing is executed', () => {
    const random = randomNumbers(20_261_128)
    const globals = Object.getOwnPropertyNames(globalThis).length
    let [values, refusals, slowest] = [0, 0, 0]
    const others: unknown[] = []
    for (let round = 0; round < 100_000; round++) {
      const bytes = mutated(corpus, random)
      const start = performance.now()
      try {
        const value = readPickle(bytes)
        values++
        if (!isData(value)) others.push([bytes.toString('base64'), value])
      } catch (error) {
        refusals++
        if (!isCacheError(error, 'E_DECODE')) others.push([bytes.toString('base64'), error])
      }
      slowest = Math.max(slowest, performance.now() - start)
    }

    expect(others).toEqual([])
    expect(values + refusals).toBe(100_000)
    // Both happen often, or the mutations would show nothing.
    expect(values).toBeGreaterThan(5_000)
    expect(refusals).toBeGreaterThan(20_000)
    // A thousand bytes in a thousand times the time they need is still a second.
    expect(slowest).toBeLessThan(1000)
    expect(existsSync(join(django.folder, 'executed'))).toBe(false)
    expect(Object.getOwnPropertyNames(globalThis)).toHaveLength(globals)
    expect(Object.keys(Object.prototype)).toEqual([])
  }, 60_000)

  it('that are read here are read by CPython, as the same values', async () => {
    const random = randomNumbers(77)
    const pairs: [string, string][] = []
    while (pairs.length < 3000) {
      const bytes = mutated(corpus, random)
      try {
        pairs.push([bytes.toString('base64'), writePickle(readPickle(bytes)).toString('base64')])
      } catch (error) {
        expect(isCacheError(error)).toBe(true)
      }
    }

    // Nothing but names of the list is in them, so CPython may have them.
    await django.run(AGREE)
    while (pairs.length > 0) {
      const some = JSON.stringify(pairs.splice(0, 500))
      expect(await django.run(`disagreements(${some})`)).toEqual([])
    }
  }, 120_000)
})

const AGREE = `
def disagreements(pairs):
    found = []
    for pair in pairs:
        theirs, ours = [base64.b64decode(text) for text in pair]
        try:
            a, b = pickle.loads(theirs), pickle.loads(ours)
        except Exception as error:
            found.append([repr(error), repr(theirs)])
            continue
        if repr(a) != repr(b) and a != b and 'nan' not in repr(a).lower():
            found.append([repr(a), repr(b), repr(theirs)])
    return found
`
