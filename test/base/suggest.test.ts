import { describe, expect, it } from 'vitest'
import { nearest, refuseUnknown } from '../../src/base/suggest.ts'

describe('nearest', () => {
  it.for([
    ['tll', 'ttl'],
    ['Tags', 'tags'],
    ['prefx', 'prefix'],
    ['maxbyte', 'maxBytes'],
  ])('takes %s for %s', ([slip, right]) => {
    expect(nearest(slip as string, ['ttl', 'tags', 'prefix', 'maxBytes'])).toBe(right)
  })

  it('suggests nothing when nothing is near', () => {
    expect(nearest('colour', ['ttl', 'tags'])).toBeUndefined()
  })
})

describe('refuseUnknown', () => {
  it('names the option, what it belongs to, and the nearest right one', () => {
    expect(() => refuseUnknown('set', { tll: '5m' }, ['ttl', 'tags'])).toThrow(
      expect.objectContaining({
        code: 'E_OPTION',
        message: "set: unknown option 'tll'. Did you mean 'ttl'? Known: 'ttl', 'tags'.",
      }),
    )
  })

  it.for([null, 'x', 7, []])('refuses %j, which is not an object of options', (bad) => {
    expect(() => refuseUnknown('set', bad, ['ttl'])).toThrow(
      expect.objectContaining({ code: 'E_OPTION' }),
    )
  })
})
