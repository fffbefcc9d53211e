// Requirement: a deploy needs no flush. Whatever a fragment is made of, when it has changed the fragment is rendered anew,
// and nothing else is. The cases are those that Rails' digestor is tested by.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ContractSite, Engine } from './engine-contract.ts'
import { openCaches } from './open-caches.ts'

export interface DigestWords {
  readonly open: Engine['open']
  readonly extension: string
  /** A fragment `side` around `body`. It calls `seen()`. */
  readonly fragment: (body: string) => string
  /** Where a fragment is a template of its own: the page that shows it. */
  readonly page?: (template: string) => string
  /** Includes a template, by its name without extension. */
  readonly include: (name: string) => string
  /** `body` where the variable `yes` is true. */
  readonly when: (body: string) => string
  /** Includes the template whose name is the value of `name`. */
  readonly includeComputed: () => string
  readonly comment: (text: string) => string
}

/** Runs the suite for an engine. */
export function digestContract(name: string, words: DigestWords): void {
  describe(`the digest of a template of ${name}`, () => {
    const { comment, extension, fragment, include, includeComputed, when } = words
    let folder: string
    let opened: ReturnType<typeof openCaches>

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'breakwater-digest-'))
      opened = openCaches()
    })

    afterEach(async () => {
      await opened.caches.close()
      rmSync(folder, { recursive: true })
    })

    function write(files: Readonly<Record<string, string>>): void {
      for (const [template, text] of Object.entries(files)) {
        const file = join(folder, template + extension)
        mkdirSync(dirname(file), { recursive: true })
        writeFileSync(file, text)
      }
    }

    /** Whether a process that is started now renders the fragment of a page, because nothing that is stored is right. */
    async function renders(data: Record<string, unknown> = {}, page = 'page'): Promise<boolean> {
      const site: ContractSite = words.open(folder, opened.caches, {
        watch: false,
        onPersonal: 'throw',
      })
      if (words.page !== undefined) write({ [`show-${page}`]: words.page(page) })
      let rendered = false
      const seen = (): string => {
        rendered = true
        return ''
      }
      const shown = words.page === undefined ? page : `show-${page}`
      await site.render(shown, { yes: false, name: '', ...data, seen })
      return rendered
    }

    it('stays the same while nothing changes', async () => {
      write({ page: fragment('page') })
      await renders()

      expect(await renders()).toBe(false)
    })

    it('changes with the template itself', async () => {
      write({ page: fragment('page') })
      await renders()
      write({ page: fragment('page, other') })

      expect(await renders()).toBe(true)
    })

    it('changes with a template that it includes, at any depth', async () => {
      write({ page: fragment(include('a')), a: include('b'), b: include('c'), c: 'deep' })
      await renders()
      write({ c: 'deeper' })

      expect([await renders(), await renders()]).toEqual([true, false])
    })

    it('does not change with a template that it does not include', async () => {
      write({ page: fragment(include('a')), a: 'a', other: 'o', another: include('a') })
      await renders()
      write({ other: 'changed', another: 'changed' })

      expect(await renders()).toBe(false)
    })

    it('changes with a template in a branch that was not taken', async () => {
      write({ page: fragment(when(include('a'))), a: 'a' })
      await renders()
      write({ a: 'changed' })

      expect(await renders()).toBe(true)
    })

    it('ends in a circle, and changes with each template in it', async () => {
      write({
        page: fragment(include('a')),
        a: when(include('b')),
        b: when(include('a')) + include('c'),
        c: 'c',
      })
      await renders()
      const before = await renders()
      write({ c: 'changed' })

      expect([before, await renders()]).toEqual([false, true])
    })

    it('counts a template once that is included on two ways', async () => {
      write({
        page: fragment(include('a') + include('b')),
        a: include('c'),
        b: include('c'),
        c: 'c',
      })
      await renders()
      const before = await renders()
      write({ c: 'changed' })

      expect([before, await renders()]).toEqual([false, true])
    })

    it('changes when a template appears that was missing', async () => {
      write({ page: fragment(`${comment('Template Dependency: later')}x`) })
      await renders()
      const before = await renders()
      write({ later: 'now' })

      expect([before, await renders()]).toEqual([false, true])
    })

    it('knows variants apart: each changes with its own parts', async () => {
      write({
        'page-phone': fragment(include('part-phone')),
        'page-desk': fragment(include('part-desk')),
        'part-phone': 'small',
        'part-desk': 'large',
      })
      await renders({}, 'page-phone')
      await renders({}, 'page-desk')
      write({ 'part-phone': 'smaller' })

      expect([await renders({}, 'page-phone'), await renders({}, 'page-desk')]).toEqual([
        true,
        false,
      ])
    })

    it('follows a pattern in a comment: a template is changed, added, removed', async () => {
      const declared = comment(`Template Dependency: cards/*`)
      write({ page: fragment(`${declared}x`), 'cards/a': 'a', 'other/a': 'o' })
      await renders()
      const before = await renders()

      write({ 'other/a': 'changed' })
      const other = await renders()
      write({ 'cards/a': 'changed' })
      const changed = await renders()
      write({ 'cards/b': 'added' })
      const added = await renders()
      rmSync(join(folder, `cards/b${extension}`))
      const removed = await renders()

      // Without the one that was added it is what it was before.
      expect([before, other, changed, added, removed]).toEqual([false, false, true, true, false])
    })

    it('warns of a template whose name is computed, unless a comment says which it may be', async () => {
      const warnings: string[] = []
      const emit = vi.spyOn(process, 'emitWarning').mockImplementation((warning) => {
        warnings.push(String(warning))
      })
      write({ page: fragment(when(includeComputed())), a: 'a' })
      await renders()
      const declared = comment('Template Dependency: a')
      write({ page: fragment(`${declared}${when(includeComputed())}`) })
      await renders()
      write({ a: 'changed' })
      const changed = await renders()
      emit.mockRestore()

      expect(warnings).toEqual([expect.stringMatching(/page.*computed/)])
      expect(changed).toBe(true)
    })
  })
}
