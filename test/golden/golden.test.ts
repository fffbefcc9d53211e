// Bytes that were stored by released versions: today's code reads them, and still writes the newest of them.
// How to add a version is in test/golden/README.md.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { env } from 'node:process'
import { describe, expect, it } from 'vitest'
import { createCaches } from '../../src/config/create-caches.ts'
import { type Dump, HOMES } from './homes.ts'
import { FORMATS } from './payloads.ts'
import { shapeOf } from './shape.ts'
import { fill, FOUND, type Known, look } from './site.ts'

interface Site {
  readonly known: Known
  readonly dump: Dump
}

const folder = import.meta.dirname
const adds = env['ADD_GOLDEN']
if (adds !== undefined && !existsSync(join(folder, adds))) {
  mkdirSync(join(folder, adds))
  const payloads = FORMATS.map(({ name, write }) => [name, write().toString('base64')])
  writeJson(`${adds}/payloads`, Object.fromEntries(payloads))
  for (const name of Object.keys(HOMES)) writeJson(`${adds}/${name}`, await written(name))
}

const versions = readdirSync(folder, { withFileTypes: true })
  .flatMap((entry) => (entry.isDirectory() ? entry.name : []))
  .toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true }))
const newest = versions.at(-1) ?? ''

function writeJson(name: string, content: unknown): void {
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(content, null, 2)}\n`)
}

function readJson<T>(name: string): T {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as T
}

async function home(name: string): ReturnType<NonNullable<(typeof HOMES)[string]>> {
  const open = HOMES[name]
  if (open === undefined) throw new Error(`There is no store '${name}'.`)
  return await open()
}

/** What today's code leaves in an empty store. */
async function written(name: string): Promise<Site> {
  const { dump, stop, store } = await home(name)
  const caches = createCaches({ default: { store } })
  try {
    const known = await fill(caches)
    await caches.close()
    return { known, dump: await dump() }
  } finally {
    await stop()
  }
}

/** What today's code finds in a store that looks like this. */
async function found(name: string, { dump, known }: Site): Promise<unknown> {
  const { restore, stop, store } = await home(name)
  const caches = createCaches({ default: { store } })
  try {
    await restore(dump)
    return await look(caches, known)
  } finally {
    await caches.close()
    await stop()
  }
}

describe.for(versions)('what %s has stored', (version) => {
  const payloads = readJson<Record<string, string>>(`${version}/payloads`)

  it.for(Object.keys(payloads))('is read: %s', (name) => {
    const format = FORMATS.find((each) => each.name === name)

    expect(format?.read(Buffer.from(payloads[name] ?? '', 'base64'))).toEqual(format?.expected)
    expect(format).toBeDefined()
  })

  it.for(Object.keys(HOMES))(
    'is found, pages, fragments, sessions and invalidations included: %s',
    async (name) => {
      expect(await found(name, readJson<Site>(`${version}/${name}`))).toEqual(FOUND)
    },
  )
})

describe('what is stored today', () => {
  const payloads = readJson<Record<string, string>>(`${newest}/payloads`)

  it('has a golden payload for each format', () => {
    expect(Object.keys(payloads)).toEqual(FORMATS.map(({ name }) => name))
  })

  it.for(FORMATS)(
    'is what the newest golden payload is: $name',
    ({ exact, expected, name, read, write }) => {
      const golden = Buffer.from(payloads[name] ?? '', 'base64')

      const bytes = write()

      // What is not the same each time is at least of the same form.
      if (exact) expect(bytes).toEqual(golden)
      else expect(bytes[0]).toBe(golden[0])
      expect(read(bytes)).toEqual(expected)
    },
  )

  it.for(Object.keys(HOMES))(
    'lies in the store as the newest golden one does: %s',
    async (name) => {
      const { dump } = await written(name)

      expect(shapeOf(dump)).toEqual(shapeOf(readJson<Site>(`${newest}/${name}`).dump))
    },
  )
})
