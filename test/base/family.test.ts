import { describe, expect, it } from 'vitest'
import { familyOf } from '../../src/base/family.ts'
import { callText, type Key } from '../../src/base/key.ts'

describe('familyOf', () => {
  it.each<[Key, string]>([
    [['product', 7, 'reviews'], 'product:*:reviews'],
    ['product:7:reviews', 'product:*:reviews'],
    [['product', 'f47ac10b-58cc-4372-a567-0e02b2c3d479'], 'product:*'],
    [['file', 'd41d8cd98f00b204e9800998ecf8427e'], 'file:*'],
    [['order', '01JD8Z0Y4X5Q6R7S8T9V0W1X2Y'], 'order:*'],
    [['sales', '2026-11-28'], 'sales:*'],
    [['price', -3.5], 'price:*'],
    [['geo', '1.2.3.4'], 'geo:*'],
    [['user', 'ann.smith@example.com', 'cart'], 'user:*:cart'],
    [['search', 'red shoes'], 'search:*'],
    ['template.cache.sidebar.d41d8cd98f00b204e9800998ecf8427e', 'template.cache.sidebar.*'],
    ['page:GET:/product/17', 'page:GET:/product/*'],
    ['tenant-7>menu', 'tenant-7>menu'],
    [callText('product', [7]), 'product:*'],
    [callText('Basket.total', ['eur', 1.5], 3), 'Basket.total:*'],
    [['product', 7, { version: 3 }], 'product:*:*'],
    ['settings', 'settings'],
    ['utf8', 'utf8'],
    [['getProductRecommendationsForUser', 3], 'getProductRecommendationsForUser:*'],
    [['größe', 3], 'größe:*'],
    ['a:b:c:d:e:f:g:h:i:j', 'a:b:c:d:e:f:g:*'],
    ['**', '*'],
  ])('%j is one of %s', (key, family) => {
    expect(familyOf(key)).toBe(family)
  })

  it('is never longer than what it is made of: a flood of parts ends in one *', () => {
    expect(familyOf('a:'.repeat(100_000))).toBe('a:a:a:a:a:a:a:*')
    expect(familyOf('a'.repeat(1_000_000))).toBe('*')
  })
})
