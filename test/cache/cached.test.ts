import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'

interface Names {
  readonly runs: number
  of(id: number): Promise<string>
}

describe('@cached', () => {
  it('runs a method once per key, with its own this', async () => {
    const module: unknown = await import(resolve('.build/test/programs/cached-method.js'))
    const { Names } = module as { Names: new (greeting: string) => Names }
    const names = new Names('hello')

    expect([await names.of(1), await names.of(1), await names.of(2)]).toEqual([
      'hello 1',
      'hello 1',
      'hello 2',
    ])
    expect(names.runs).toBe(2)
  })
})
