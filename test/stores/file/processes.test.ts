import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createCaches } from '../../../src/index.ts'
import { file } from '../../../src/stores/file/index.ts'
import { crashFile } from '../../processes/crash-file.ts'
import { newFolder } from './open-files.ts'

const PROGRAM = resolve('.build/test/programs/file-writer.js')

describe('several processes on one folder', () => {
  it('4 with 8 writers each who add to one number lose nothing', { timeout: 60_000 }, async () => {
    const folder = newFolder()
    const cache = createCaches({
      default: { store: file(folder, { timeout: '60s' }), prefix: 'crash' },
    }).default
    try {
      const children = Array.from({ length: 4 }, () =>
        spawn(process.execPath, [PROGRAM, 'count', folder, '', '10'], { stdio: 'inherit' }),
      )
      const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0]))

      expect(codes).toEqual([0, 0, 0, 0])
      expect(await cache.get('total')).toBe(4 * 8 * 10)
    } finally {
      await cache.close()
      await rm(folder, { recursive: true, force: true })
    }
  })

  it(
    '50 killed at random moments lose nothing that was confirmed',
    { timeout: 120_000 },
    async () => {
      const { confirmed, faults, kills } = await crashFile(newFolder(), 50)

      expect(faults).toEqual([])
      expect(kills).toBe(50)
      expect(confirmed).toBeGreaterThan(50)
    },
  )
})
