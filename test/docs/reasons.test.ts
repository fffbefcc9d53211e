import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { REASONS, wordsOf } from '../../src/http/reasons.ts'

const root = join(import.meta.dirname, '../..')
const rows = [...REASONS].map(
  ([reason, { remedy, why }]) => `| \`${reason}\` | ${why} | ${remedy} |`,
)

describe('the table of reasons', () => {
  it('is the one that the code speaks by', () => {
    const page = readFileSync(join(root, 'docs/http/explain.md'), 'utf8')
    const [, table = ''] = page.split('## Reasons')

    expect(table.match(/^\| `.*$/gm)).toEqual(rows)
  })

  it('has no reason that nothing gives', () => {
    const sources = readdirSync(join(root, 'src/http'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && file !== 'reasons.ts')
      .map((file) => readFileSync(join(root, 'src/http', file), 'utf8'))
      .join('\n')
    const unused = [...REASONS.keys()].filter((reason) => {
      const [begun] = reason.split(' …')
      return !sources.includes(reason.endsWith('…') ? `\`${begun} ` : `'${reason}'`)
    })

    expect(unused).toEqual([])
  })
})

describe('wordsOf', () => {
  it('says of a reason that goes on what it was', () => {
    expect(wordsOf('read every header').why).toMatch(/\(every header\)\.$/)
  })

  it('has words for a reason of another version', () => {
    expect(wordsOf('moon phase').why).toBe('A reason that this version does not know.')
  })
})
