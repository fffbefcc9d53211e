// Requirement: Ctrl-C ends long work by itself, says how far it came, and does nothing more.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Caches, createCaches } from '../../src/config/create-caches.ts'
import type { StoreDefinition } from '../../src/base/store.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { runHere } from './in-process.ts'

const KEYS = 2200

describe('Ctrl-C in a long purge', () => {
  let folder: string
  let caches: Caches<'default'>
  let removals: number

  /** As the terminal sends it, while the second step is on its way. */
  function interruptAtSecond(): void {
    removals++
    if (removals === 2) process.emit('SIGINT')
  }

  beforeEach(async () => {
    removals = 0
    const definition = memory()
    const interrupted: StoreDefinition = {
      ...definition,
      open(context) {
        const store = definition.open(context)
        const remove = store.remove.bind(store)
        store.remove = async (...given) => {
          interruptAtSecond()
          return await remove(...given)
        }
        return store
      },
    }
    caches = createCaches({ default: { store: interrupted } })
    const entries = Array.from({ length: KEYS }, (_, n) => [`long:${n}`, n] as const)
    await caches.default.setMany(entries)
    folder = await mkdtemp(join(tmpdir(), 'breakwater-interrupted-'))
    Object.assign(globalThis, { cachesToPurge: caches })
    await writeFile(join(folder, 'caches.mjs'), 'export const caches = globalThis.cachesToPurge\n')
  })
  afterEach(async () => {
    await caches.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('ends after the step that runs with 130, says how many went, and leaves the rest', async () => {
    const config = join(folder, 'caches.mjs')

    const { code, stderr, stdout } = await runHere(
      'purge',
      '--prefix',
      'long:',
      '--yes',
      '--config',
      config,
    )

    expect([code, stdout]).toEqual([130, ''])
    expect(stderr).toMatch(/^Not all was removed, but 1,000 keys\.\nInterrupted\.\n$/m)
    expect(removals).toBe(2)
  })
})
