import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Measures } from '../../src/base/measures.ts'
import { FreshCaches } from '../cache/fresh-caches.ts'

const caches = new FreshCaches()
afterEach(async () => await caches.close())

/** The names in the first column of the table that begins with this heading. */
function namesUnder(heading: string): string[] {
  const page = readFileSync(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8')
  const table = page.slice(page.indexOf(`| ${heading} |`)).split('\n\n')[0] as string
  return [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name as string)
}

async function measured(): Promise<Measures> {
  const cache = caches.open()
  await cache.getOrSet(['product', 7], () => 1)
  return cache.measures()
}

describe('the page on metrics', () => {
  it('names every member of measures', async () => {
    expect(namesUnder('Member')).toEqual(Object.keys(await measured()))
  })

  it('names every count', async () => {
    expect(namesUnder('Count')).toEqual(Object.keys((await measured()).counts))
  })

  it('names what a family has, and counts that it has not', async () => {
    const { counts, families } = await measured()
    const own = Object.keys(families[0] as object)
    const counted = Object.keys(counts).filter((name) => own.includes(name))

    expect(namesUnder('Of a family')).toEqual(own.filter((name) => !counted.includes(name)))
    expect(Object.keys(counts).filter((name) => !own.includes(name))).toEqual([
      'waits',
      'undecodable',
      'outages',
    ])
  })

  it('names every part of health', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/metrics.md'), 'utf8')
    for (const name of Object.keys((await measured()).health)) expect(page).toContain(`\`${name}\``)
  })
})
