import { describe, expect, it } from 'vitest'
import { type Bytes, showBytes, toBytes } from '../../src/base/bytes.ts'

describe('toBytes', () => {
  it.for<[Bytes, number]>([
    ['64mb', 67_108_864],
    ['512kb', 524_288],
    ['1.5GB', 1_610_612_736],
    ['10b', 10],
    ['2MiB', 2_097_152],
    [1000, 1000],
    [Infinity, Infinity],
  ])('reads %s as %d bytes', ([amount, bytes]) => {
    expect(toBytes(amount, 'maxBytes')).toBe(bytes)
  })

  it.for([0, -1, NaN, '0mb', '64', 'mb', '64 tb', '', null, undefined, {}])(
    'refuses %j with the name of the option',
    (bad) => {
      expect(() => toBytes(bad as never, 'maxBytes')).toThrow(
        expect.objectContaining({
          code: 'E_OPTION',
          message: expect.stringContaining("'maxBytes'"),
        }),
      )
    },
  )
})

describe('showBytes', () => {
  it.for<[number, string]>([
    [0, '0 B'],
    [1023, '1023 B'],
    [3482, '3.4 kB'],
    [12_582_912, '12 MB'],
    [Infinity, 'no bound'],
  ])('shows %d as %s', ([bytes, text]) => {
    expect(showBytes(bytes)).toBe(text)
  })
})
