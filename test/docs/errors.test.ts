import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ERROR_CODES } from '../../src/base/errors.ts'

const root = join(import.meta.dirname, '../..')

function sources(): string {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(root, 'src', file), 'utf8'))
    .join('\n')
}

describe('the table of errors', () => {
  const documented = [
    ...readFileSync(join(root, 'docs/errors.md'), 'utf8').matchAll(/^\| `(E_[A-Z_]+)` \|/gm),
  ].map(([, code]) => code)

  it('lists every code once, in order', () => {
    expect(documented).toEqual([...ERROR_CODES])
  })

  it('lists no code that nothing throws', () => {
    const text = sources().replace(/ERROR_CODES = \[[^\]]*\]/, '')
    const unused = ERROR_CODES.filter((code) => !new RegExp(`'${code}'`).test(text))

    expect(unused).toEqual([])
  })
})
