import { describe, expect, it } from 'vitest'
import { html, raw } from '../../../examples/store/html.ts'

describe('html', () => {
  it('escapes what is put in, in text and in attributes', () => {
    const name = `"><script>alert('&')</script>`

    const markup = html`<a title="${name}">${name}</a>`.toString()

    const escaped = '&quot;&gt;&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;'
    expect(markup).toBe(`<a title="${escaped}">${escaped}</a>`)
  })

  it('leaves markup of its own making as it is, and joins lists', () => {
    const items = ['<', '&'].map((text) => html`<b>${text}</b>`)

    expect(html`${items}${raw('<hr>')}`.toString()).toBe('<b>&lt;</b><b>&amp;</b><hr>')
  })

  it('sends no indentation, and changes nothing in what is put in', () => {
    const template = Object.assign(['<p>\n      ', '\n    </p>'], { raw: [] })

    expect(html(template, 'two\n  lines').toString()).toBe('<p>\ntwo\n  lines\n</p>')
  })

  it('shows zero, and nothing for false, null and undefined', () => {
    expect(html`${0}|${false}|${null}|${undefined}|`.toString()).toBe('0||||')
  })
})
