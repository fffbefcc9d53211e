import { describe, expect, it } from 'vitest'
import { isReason, ownReason } from '../../../src/http/rules/reason.ts'

describe('ownReason', () => {
  it.each<readonly [number, string | undefined, string]>([
    [200, 'Fine', 'Fine'],
    [200, 'Tr\u00E8s bien', 'Tr\u00E8s bien'],
    [200, 'OK', ''],
    [404, 'Not Found', ''],
    [404, 'OK', 'OK'],
    [200, '', ''],
    [200, undefined, ''],
    [200, 'OK\r\nSet-Cookie: a=b', ''],
    [200, 'caf\u0113', ''],
  ])('of %i %j is %j', (status, reason, own) => {
    expect(ownReason(status, reason)).toBe(own)
  })
})

describe('isReason', () => {
  it.each(['', 'Fine', 'with\ttab', '\u00FF'])('is true of %j', (value) => {
    expect(isReason(value)).toBe(true)
  })

  it.each<unknown>(['a\nb', 'a\rb', '\0', '\u007F', '\u0100', 7, null, undefined, ['OK']])(
    'is false of %j',
    (value) => {
      expect(isReason(value)).toBe(false)
    },
  )
})
