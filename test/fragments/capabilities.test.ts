import { describe, expect, it } from 'vitest'
import { DOCS, LACKS, LINES } from './capabilities.ts'

describe('what engines cannot do', () => {
  it.for(LINES)('is in the docs: %s', (line) => {
    expect(DOCS.split('\n')).toContain(line)
  })

  it('is all that the docs have in that table', () => {
    const [, table = ''] = DOCS.split('| What | Not in | Instead |\n')
    const lines = table
      .split('\n')
      .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))

    expect(lines).toHaveLength(Object.keys(LACKS).length)
  })
})
