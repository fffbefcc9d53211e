import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sessionTable } from '../../src/stores/sql/index.ts'
import { breakwater } from './breakwater.ts'

describe('breakwater sessions:clear-expired', () => {
  let folder: string
  let url: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'breakwater-cli-'))
    url = `sqlite://${join(folder, 'sessions.db')}`
    const table = sessionTable(url)
    const now = Date.now()
    for (const [key, endsAt] of [
      ['yesterday', now - 86_400_000],
      ['just now', now - 1],
      ['tomorrow', now + 86_400_000],
    ] as const) {
      await table.create(key, { payload: Buffer.from('{}'), version: 1, createdAt: 0, endsAt })
    }
    await table.close()
  })
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  const removed = async (...args: string[]): Promise<unknown> => {
    const { code, stdout } = await breakwater(['sessions:clear-expired', url, '--json', ...args])
    expect(code).toBe(0)
    return JSON.parse(stdout)
  }

  it('says how many would go, removes them, and leaves those that live', async () => {
    const table = 'breakwater_sessions'

    expect(await removed('--dry-run')).toEqual({ table, dryRun: true, removed: 2 })
    expect(await removed()).toEqual({ table, dryRun: false, removed: 2 })
    expect(await removed()).toEqual({ table, dryRun: false, removed: 0 })
    const left = sessionTable(url)
    expect(await left.load('tomorrow')).toBeDefined()
    await left.close()
  })

  it('asks for an address when there is none', async () => {
    const { code, stderr } = await breakwater(['sessions:clear-expired'])

    expect(code).toBe(2)
    expect(stderr).toContain("an address such as 'postgres://user@host/database'")
  })
})
