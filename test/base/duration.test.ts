import { describe, expect, it } from 'vitest'
import { type Duration, showMs, toMs } from '../../src/base/duration.ts'

describe('toMs', () => {
  it.for<[Duration, number]>([
    ['250ms', 250],
    ['90s', 90_000],
    ['1.5s', 1500],
    ['15m', 900_000],
    ['36h', 129_600_000],
    ['7d', 604_800_000],
    ['2w', 1_209_600_000],
    ['0s', 0],
    ['forever', Infinity],
    [{ minutes: 15 }, 900_000],
    [{ hours: 1, seconds: 30 }, 3_630_000],
    [{ milliseconds: 0 }, 0],
  ])('reads %j as %d milliseconds', ([duration, ms]) => {
    expect(toMs(duration, 'ttl')).toBe(ms)
  })

  it('rounds up, so that nothing expires early', () => {
    expect(toMs('0.0001s', 'ttl')).toBe(1)
  })

  it('shows both readings of a bare number', () => {
    expect(() => toMs(300 as never, 'ttl')).toThrow(
      expect.objectContaining({
        code: 'E_OPTION',
        message: expect.stringContaining("'300s' or '300ms'"),
      }),
    )
  })

  it.for([
    '5 minutes',
    '5',
    '',
    '-5s',
    'm',
    '1e3s',
    '5S',
    null,
    undefined,
    NaN,
    true,
    [],
    {},
    { minutes: -1 },
    { minute: 1 },
    { minutes: '1' },
    { minutes: NaN },
  ])('refuses %j with the name of the option', (bad) => {
    expect(() => toMs(bad as never, 'stale')).toThrow(
      expect.objectContaining({ code: 'E_OPTION', message: expect.stringContaining("'stale'") }),
    )
  })
})

describe('showMs', () => {
  it.for<[number, string]>([
    [0, '0s'],
    [250, '250ms'],
    [1500, '1.5s'],
    [900_000, '15m'],
    [7_200_000, '2h'],
    [1_209_600_000, '14d'],
    [Infinity, 'forever'],
  ])('shows %d as %s', ([ms, text]) => {
    expect(showMs(ms)).toBe(text)
  })
})
