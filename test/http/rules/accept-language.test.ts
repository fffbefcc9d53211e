import { describe, expect, it } from 'vitest'
import { acceptedLanguages } from '../../../src/http/rules/accept-language.ts'

describe('acceptedLanguages', () => {
  it.each([
    ['en', 'en'],
    ['de-CH , EN', 'de-ch, en'],
    ['de;q=1.0, en ; q=0.80,*;Q=0.1', 'de, en;q=0.8, *;q=0.1'],
    [',en,,de,', 'en, de'],
    ['en;q=0', 'en;q=0'],
    ['', ''],
  ])('writes %j as %j', (line, expected) => {
    expect(acceptedLanguages(line)).toBe(expected)
  })

  it('keeps the order, which views go by', () => {
    expect(acceptedLanguages('de, en')).not.toBe(acceptedLanguages('en, de'))
  })

  it('keeps what a weight says', () => {
    expect(acceptedLanguages('en;q=0.1, de')).not.toBe(acceptedLanguages('en, de'))
  })

  it.each(['en;q=2', 'en;level=1', 'EN US', 'en;q=0.5;q=1', 'en, ;q=1', '"EN"', 'en-', 'DE_ch'])(
    'leaves %j as it is',
    (line) => {
      expect(acceptedLanguages(line)).toBe(line)
    },
  )
})
