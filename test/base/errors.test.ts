import { describe, expect, it } from 'vitest'
import { CacheError, isCacheError, isOutage, optionError } from '../../src/base/errors.ts'

describe('CacheError', () => {
  it("carries a code, the caller's key and the cause", () => {
    const cause = new Error('socket closed')

    const error = new CacheError('E_STORE_DOWN', 'The store is away.', { cause, key: 'product:7' })

    expect(error).toMatchObject({
      name: 'CacheError',
      code: 'E_STORE_DOWN',
      key: 'product:7',
      cause,
    })
  })
})

describe('isCacheError', () => {
  it('knows errors of another copy of the package, which instanceof does not', async () => {
    class Twin extends Error {
      readonly code = 'E_KEY'
    }
    const twin = Object.assign(new Twin('x'), { [Symbol.for('breakwater.CacheError')]: true })

    expect(isCacheError(twin)).toBe(true)
    expect(isCacheError(twin, 'E_KEY')).toBe(true)
    expect(isCacheError(twin, 'E_URL')).toBe(false)
  })

  it.for([undefined, null, 'E_KEY', new Error('x'), { code: 'E_KEY' }])(
    'is false for %o',
    (other) => {
      expect(isCacheError(other)).toBe(false)
    },
  )
})

describe('isOutage', () => {
  it('tells a store that is away from a mistake of the caller', () => {
    expect(isOutage(new CacheError('E_STORE_TIMEOUT', ''))).toBe(true)
    expect(isOutage(new CacheError('E_ENCODE', ''))).toBe(false)
    expect(isOutage(new Error('x'))).toBe(false)
  })
})

describe('optionError', () => {
  it('shows what came in at most 60 characters', () => {
    const { message } = optionError('tags', 'a list', 'x'.repeat(500))

    expect(message).toMatch(/^Option 'tags': expected a list, got "x+\.\.\.\.$/)
    expect(message.length).toBeLessThan(110)
  })

  it('survives values that cannot be shown', () => {
    const circular: { self?: unknown } = {}
    circular.self = circular

    expect(optionError('a', 'b', circular).message).toContain('[object Object]')
    expect(optionError('a', 'b', Symbol('s')).message).toContain('Symbol(s)')
    expect(optionError('a', 'b', 7n).message).toContain('7n')
  })
})
