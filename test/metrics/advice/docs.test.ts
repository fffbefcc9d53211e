import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { RULES } from '../../../src/metrics/advice/rules.ts'
import { REMOTE_WORKLOADS, WORKLOADS } from './workloads.ts'

const page = readFileSync(new URL('../../../docs/advice.md', import.meta.url), 'utf8')

describe('docs/advice.md', () => {
  it('explains each rule under its code, where findings link to', () => {
    const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, code]) => code)
    const codes = [...Object.keys(WORKLOADS), ...Object.keys(REMOTE_WORKLOADS), 'server-settings']

    expect(new Set(headings)).toEqual(new Set(codes))
    expect(codes).toHaveLength(RULES.length + 1)
  })
})
