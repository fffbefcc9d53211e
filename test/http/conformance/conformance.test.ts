import { describe, expect, it } from 'vitest'
import { openOnCore } from '../scenario/on-core.ts'
import { openOnProxy } from '../scenario/on-proxy.ts'
import { openStage } from '../scenario/stage.ts'
import { codings } from './codings.ts'
import { ranges } from './ranges.ts'
import { report } from './report.ts'
import type { Section } from './requirement.ts'
import { revalidating } from './rfc5861.ts'
import { messages } from './rfc9110.ts'
import { age, stale } from './rfc9111/age.ts'
import { requests, responses, syntax } from './rfc9111/directives.ts'
import { freshness, lifetime } from './rfc9111/freshness.ts'
import { invalidation } from './rfc9111/invalidation.ts'
import { reuse, vary } from './rfc9111/reuse.ts'
import { fields } from './rfc9111/stored-fields.ts'
import { authorization, incomplete, keys, storing } from './rfc9111/storing.ts'
import { received } from './rfc9111/validation.ts'
import { cacheStatus } from './rfc9211.ts'
import { targeted } from './rfc9213.ts'
import { cacheGroups } from './rfc9875.ts'

const SECTIONS: readonly Section[] = [
  keys,
  storing,
  fields,
  incomplete,
  authorization,
  reuse,
  vary,
  freshness,
  lifetime,
  age,
  stale,
  received,
  invalidation,
  syntax,
  requests,
  responses,
  messages,
  ranges,
  codings,
  revalidating,
  cacheStatus,
  targeted,
  cacheGroups,
]

const verdicts = new Map<string, ('pass' | 'FAIL')[]>()

describe.each(SECTIONS)('$title', ({ options, requirements }) => {
  const plays = requirements.flatMap(({ id, plays: all, says }) => {
    return all.map((play, index) => ({ id, says, play, number: index + 1 }))
  })

  // At once, each on a stage of its own: what takes time is waiting for sockets.
  it.concurrent.for(plays)('$id ($number): $says', async ({ id, number, play }) => {
    const known = verdicts.get(id) ?? []
    verdicts.set(id, known)
    known[number - 1] = 'FAIL'
    const stage = await openStage(openOnProxy, options)
    try {
      await stage.play(...play(stage))
      known[number - 1] = 'pass'
    } finally {
      await stage.close()
    }
  })
})

// The proxy drops the fields of a connection before the cache sees them; so must the cache, behind anything else.
describe(`${fields.title}, of the page cache alone`, () => {
  const plays = fields.requirements.flatMap(({ id, plays: all }) => {
    return all.map((play, index) => ({ id, play, number: index + 1 }))
  })

  it.for(plays)('$id ($number)', async ({ play }) => {
    const stage = await openStage(openOnCore())

    await stage.play(...play(stage))

    await stage.close()
  })
})

describe('the conformance suite', () => {
  it('names each requirement once, and a reason for each decision', () => {
    const all = SECTIONS.flatMap(({ requirements }) => requirements)
    const reasonless = all.filter(({ level, plays, why }) => {
      return why === undefined && (level === 'policy' || plays.length === 0)
    })

    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
    expect(reasonless).toEqual([])
  })

  it('has its outcome written down: npm run conformance', async () => {
    const page = '../../../docs/http/conformance.md'

    await expect(report(SECTIONS, verdicts)).toMatchFileSnapshot(page)
  })
})
