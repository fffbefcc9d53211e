import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { HelperCode } from '../../src/fragments/helper-code.ts'

/** A new one each time, whose source says nothing. */
function bound(): () => number {
  const helper = function money(this: { readonly price: number }): number {
    return this.price
  }
  return helper.bind({ price: 1 })
}

describe('HelperCode', () => {
  let warnings: string[]

  beforeEach(() => {
    warnings = []
    vi.spyOn(process, 'emitWarning').mockImplementation((warning) => {
      warnings.push(String(warning))
    })
  })

  afterEach(() => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
  })

  it('is the same for functions with the same source, and other for others', () => {
    const code = new HelperCode()
    const make = (): (() => number) => () => 1

    expect(code.of('a', make())).toBe(code.of('a', make()))
    expect(code.of('a', make())).not.toBe(code.of('a', () => 2))
  })

  it('counts the version of a helper besides its source', () => {
    const money = (): number => 1
    const codes = [undefined, { money: '1' }, { money: '2' }].map((versions) =>
      new HelperCode(versions).of('money', money),
    )

    expect(new Set(codes).size).toBe(3)
  })

  it('says once of a helper whose source says nothing that it does', () => {
    const code = new HelperCode()
    for (let n = 0; n < 3; n++) code.of('money', bound())

    expect(warnings).toEqual([expect.stringContaining("helperVersions: { 'money': '1' }")])
  })

  it.for([
    ['in production', undefined, bound()],
    ['of one with a version', { money: '1' }, bound()],
    ['of a function of the language', undefined, Math.abs],
    [
      'of a method of the language',
      undefined,
      Object.getOwnPropertyDescriptor(String.prototype, 'trim')?.value,
    ],
  ] as const)('says nothing %s', ([when, versions, money]) => {
    if (when === 'in production') vi.stubEnv('NODE_ENV', 'production')
    new HelperCode(versions).of('money', money)

    expect(warnings).toEqual([])
  })

  it('counts options as they are, with their code', () => {
    const code = new HelperCode()
    const round: Record<string, unknown> = { a: 1 }
    round['self'] = round
    const options = [{ a: 1 }, { a: 2 }, { a: () => 1 }, { a: () => 2 }, { a: /x/ }, { a: /y/ }]

    const texts = options.map((each) => code.ofOptions(each))

    expect(new Set(texts).size).toBe(options.length)
    expect(code.ofOptions({ a: () => 1 })).toBe(texts[2])
    expect(code.ofOptions(round)).toContain('"a":1')
  })

  it.for([[[]], [null], ['2'], [{ money: 2 }]])(
    'refuses versions that are none: %o',
    ([versions]) => {
      expect(() => new HelperCode(versions as never)).toThrow(
        expect.objectContaining({ code: 'E_OPTION' }),
      )
    },
  )
})
