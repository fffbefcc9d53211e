import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { linkOf } from '../../../src/metrics/advice/finding.ts'
import { RULES } from '../../../src/metrics/advice/rules.ts'
import { REMOTE_WORKLOADS, WORKLOADS } from './workloads.ts'

const root = join(import.meta.dirname, '../../..')
const page = readFileSync(join(root, 'docs/advice.md'), 'utf8')

describe('docs/advice.md', () => {
  it('explains each rule under its code, where findings link to', () => {
    const headings = [...page.matchAll(/^## ([a-z-]+)$/gm)].map(([, code]) => code)
    const codes = [...Object.keys(WORKLOADS), ...Object.keys(REMOTE_WORKLOADS), 'server-settings']

    expect(new Set(headings)).toEqual(new Set(codes))
    expect(codes).toHaveLength(RULES.length + 1)
    for (const code of codes) {
      const [file = '', anchor = ''] = linkOf(code).split('#')
      expect(readFileSync(join(root, file), 'utf8')).toMatch(new RegExp(`^## ${anchor}$`, 'm'))
    }
  })
})
