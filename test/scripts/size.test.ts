import { describe, expect, it } from 'vitest'
import { budgetFor, excesses } from '../../scripts/size.mjs'

const SMALL = { bytes: 1000, modules: 10 }

describe('excesses', () => {
  it('is silent while everything is within its budget', () => {
    expect(excesses({ '.': SMALL }, { '.': SMALL })).toEqual([])
  })

  it.for([
    ['more bytes', { '.': { bytes: 1001, modules: 10 } }, '.: bytes is 1001, its budget 1000'],
    ['more files', { '.': { bytes: 1000, modules: 11 } }, '.: modules is 11, its budget 10'],
    ['a subpath without budget', { '.': SMALL, './new': SMALL }, './new: has no budget'],
    ['a subpath that is gone', {}, '.: has a budget and is not exported'],
  ] as const)('names %s', ([, sizes, complaint]) => {
    expect(excesses(sizes, { '.': SMALL })).toEqual([complaint])
  })
})

describe('budgetFor', () => {
  it('leaves a tenth, in round numbers', () => {
    expect(budgetFor({ bytes: 1234, modules: 10 })).toEqual({ bytes: 1400, modules: 11 })
  })
})
