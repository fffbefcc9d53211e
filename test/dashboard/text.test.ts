// What stands on the pages: text of strangers, values, numbers.
import { describe, expect, it } from 'vitest'
import { html } from '../../src/dashboard/markup.ts'
import { previewOf } from '../../src/dashboard/preview.ts'
import { Redaction } from '../../src/dashboard/redaction.ts'
import { cut, visibleLine, visibleText } from '../../src/dashboard/visible.ts'
import { bytes, count, duration, percent, perSecond } from '../../src/dashboard/words.ts'

const open = new Redaction()

describe('html', () => {
  it('escapes whatever is put in, in text and in attributes', () => {
    const evil = `"><script>alert('1')</script>&`

    const markup = html`<p title="${evil}">${evil}</p>`.toString()

    const safe = '&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;'
    expect(markup).toBe(`<p title="${safe}">${safe}</p>`)
  })

  it('joins lists, and leaves out what is not there', () => {
    const markup = html`${['a', html`<b>b</b>`, 0]}${undefined}${null}${false}`.toString()

    expect(markup).toBe('a<b>b</b>0')
  })
})

describe('visibleLine', () => {
  it.for([
    ['a\u0000b\u001bc', 'a␀b␛c'],
    ['line\nbreak\ttab', 'line␊break␉tab'],
    ['\u202egnp.exe', '⟨U+202E⟩gnp.exe'],
    ['a\u200bb\ufeff', 'a⟨U+200B⟩b⟨U+FEFF⟩'],
    ['half \ud800', 'half ⟨U+D800⟩'],
    ['tag \u{e0041}', 'tag ⟨U+E0041⟩'],
    ['\u009b31m', '⟨U+009B⟩31m'],
    ['שלום ❤️ 日本', 'שלום ❤️ 日本'],
  ])('gives %j a shape', ([text = '', shown]) => {
    expect(visibleLine(text)).toBe(shown)
  })
})

describe('visibleText', () => {
  it('keeps line breaks and tabs, and nothing else that has no shape', () => {
    expect(visibleText('a\r\n\tb\u0007')).toBe('a\n\tb␇')
  })
})

describe('cut', () => {
  it('says that there was more, and halves no character', () => {
    expect(cut('abcdef', 3)).toBe('abc…')
    expect(cut('ab🙂', 3)).toBe('ab…')
    expect(cut('abc', 3)).toBe('abc')
  })
})

describe('Redaction', () => {
  it.for(['password', 'apiToken', 'Set-Cookie', 'clientSecret', 'sessionId', 'api_key', 'iban'])(
    'hides the field %s',
    (name) => {
      expect(open.hidesField(name)).toBe(true)
    },
  )

  it.for(['name', 'compass', 'description', 'tags', 'keyboard'])('shows the field %s', (name) => {
    expect(open.hidesField(name)).toBe(false)
  })

  it('hides values by their key, and shows those of others', () => {
    expect(open.hidesValue('default', 'user:7:token')).toBe(true)
    expect(open.hidesValue('default', 'reset-password:7')).toBe(true)
    expect(open.hidesValue('default', 'product:7')).toBe(false)
    expect(open.hidesValue('default', 'tokenizer:7')).toBe(false)
  })

  it('shortens the keys of sessions, since whoever knows one has the session', () => {
    expect(open.key('sessions', 'sess:3f9ab2c4d5e6f7a8b9c0')).toBe('sess:3f9…')
    expect(open.key('sessions', 'sess:*')).toBe('sess:*')
    expect(open.key('default', 'sess:3f9ab2c4d5e6')).toBe('sess:3f9ab2c4d5e6')
  })

  it('hides what gives itself away in a text', () => {
    const text =
      'redis://app:hunter2@host:6379 Bearer abcdefghijkl eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl'

    expect(open.text(text)).toBe('redis://app:(hidden)@host:6379 Bearer (hidden) (hidden)')
  })

  it('takes more patterns, in any case, also those that remember where they stopped', () => {
    const redaction = new Redaction({
      fields: ['Salary', /^x-/g],
      keys: ['staff:'],
      aliases: ['hr'],
    })

    expect([1, 2, 3].map(() => redaction.hidesField('x-internal'))).toEqual([true, true, true])
    expect(redaction.hidesField('monthlysalary')).toBe(true)
    expect(redaction.hidesValue('default', 'staff:7')).toBe(true)
    expect(redaction.hidesAlias('hr')).toBe(true)
    expect(redaction.hidesField('password')).toBe(true)
  })

  it('refuses patterns that are none', () => {
    expect(() => new Redaction({ keys: [''] })).toThrow(/redact.keys/)
    expect(() => new Redaction({ fields: 'password' as never })).toThrow(/redact.fields/)
  })
})

describe('previewOf', () => {
  it('shows what JSON cannot: maps, sets, dates, big numbers, bytes', () => {
    const value = {
      at: new Date(0),
      all: new Map([[1, new Set(['a'])]]),
      big: 7n,
      raw: Buffer.from('hi'),
      none: undefined,
    }

    const { kind, text } = previewOf(value, open, 4096)

    expect(kind).toBe('object')
    expect(text.replaceAll(/\s+/g, ' ')).toBe(
      '{ "at": 1970-01-01T00:00:00.000Z, "all": Map { 1: Set [ "a" ] }, "big": 7n, "raw": 2 bytes <68 69>, "none": undefined }',
    )
  })

  it('hides fields at any depth, in maps, and in JSON that is a string', () => {
    const secret = 'hunter2'
    const values = [
      { user: { password: secret } },
      [new Map([['token', secret]])],
      JSON.stringify({ list: [{ apiKey: secret }] }),
    ]

    const texts = values.map((value) => previewOf(value, open, 4096).text)

    for (const text of texts) {
      expect(text).toContain('(hidden)')
      expect(text).not.toContain(secret)
    }
  })

  it('makes no more text than is asked for, of a long string, a long list, or a deep value', () => {
    let deep: unknown = 'bottom'
    for (let level = 0; level < 5000; level++) deep = { deep }
    const values = ['x'.repeat(1_000_000), Array.from({ length: 500_000 }, (_, at) => at), deep]

    const previews = values.map((value) => previewOf(value, open, 1000))

    expect(previews.map(({ text }) => text.length <= 1000)).toEqual([true, true, true])
    expect(previews.map(({ isCut }) => isCut)).toEqual([true, true, false])
    expect(previews[2]?.text).toContain('{…}')
  })

  it('cuts no secret in two so that a half of it is shown', () => {
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N'
    const text = `${'x'.repeat(90)} ${token}`

    const preview = previewOf(text, open, 100)

    expect(preview.text).not.toContain('eyJ')
  })
})

describe('numbers as words', () => {
  it('tell amounts, rates, shares, bytes and times', () => {
    expect([count(12_345), count(12_345_678), count(undefined)]).toEqual(['12,345', '12.3 M', '–'])
    expect([perSecond(1234.4), perSecond(3.25), perSecond(0.04), perSecond(0)]).toEqual([
      '1,234',
      '3.3',
      '0.04',
      '0',
    ])
    expect([bytes(999), bytes(14_300), bytes(64_000_000), bytes(Number.NaN)]).toEqual([
      '999 B',
      '14.3 kB',
      '64 MB',
      '–',
    ])
    expect([duration(0.05), duration(9), duration(340), duration(2100)]).toEqual([
      '0.05 ms',
      '9 ms',
      '340 ms',
      '2.1 s',
    ])
    expect([duration(200_000), duration(8_040_000), duration(Infinity)]).toEqual([
      '3 min 20 s',
      '2 h 14 min',
      'for ever',
    ])
  })

  it('never call all what is not quite all', () => {
    expect([
      percent(0.99996),
      percent(0.00001),
      percent(1),
      percent(0),
      percent(undefined),
    ]).toEqual(['99.9 %', '0.1 %', '100 %', '0 %', '–'])
  })
})
