import { describe, expect, it } from 'vitest'
import { pathsUnder } from '../../../src/http/rules/paths-under.ts'

describe('pathsUnder', () => {
  const isUnder = pathsUnder(['/admin', '/shop/cart/', '/café'])

  it.each([
    '/admin',
    '/admin/',
    '/admin/users/7',
    '/shop/cart',
    '/shop/cart/items',
    '/ADMIN',
    '/%61dmin/x',
    '/%2561dmin',
    '/%41%44min',
    '//admin',
    '/./admin',
    '/.//admin',
    '/\\admin',
    '/admin%2Fusers',
    '/%2fadmin',
    '/admin;version=2/x',
    '/;x/admin',
    '/shop/%63art',
    '/caf%C3%A9/menu',
    '/cafe%CC%81',
  ])('has %s', (path) => {
    expect(isUnder(path)).toBe(true)
  })

  it.each([
    ['that may lead back', '/shop/../admin'],
    ['that may lead back, escaped', '/shop/%2e%2e/admin'],
    ['with a character that may end it', '/x%00/admin'],
    ['that is escaped without end', '/%252525252541'],
  ])('counts a path %s, whatever it leads to', (_, path) => {
    expect(isUnder(path)).toBe(true)
  })

  it.each([
    '/',
    '/administrator',
    '/admin.css',
    '/admin-x',
    '/shop',
    '/shop/carts',
    '/shop/x/cart',
    '/x/admin',
    '/caf%E9',
    '/100%25',
    '/100%',
    '/a%2',
    '/%zz',
  ])('has not %s', (path) => {
    expect(isUnder(path)).toBe(false)
  })

  it('has nothing where nothing is given, not even what cannot be read', () => {
    expect(pathsUnder([])('/../x')).toBe(false)
  })

  it('reads a long path in the time of its length', () => {
    const path = `/${'%25'.repeat(100_000)}`
    const began = performance.now()

    isUnder(path)

    expect(performance.now() - began).toBeLessThan(1000)
  })
})
