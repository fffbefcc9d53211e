// Requirement: a deploy needs no flush. Whatever a fragment is made of, when it has changed the fragment is rendered anew,
// and nothing else is. The cases are those that Rails' digestor is tested by.
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { lacks } from './capabilities.ts'
import type { ContractSite } from './engine-contract.ts'
import { openCaches } from './open-caches.ts'

/** A helper as templates call it: `money`. */
type Helper = (text: string) => string

export interface DigestWords {
  readonly open: (
    folder: string,
    caches: ReturnType<typeof openCaches>['caches'],
    options: DigestOptions,
  ) => ContractSite
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
  /** Shows what the helper `money` makes of `x`. */
  readonly call: () => string
  /** Says how a template is included, where nothing is included: in a text, or in what is shown as it is. */
  readonly say: (name: string) => string
  /** Includes `a` where `yes` is true, otherwise `b`, in one expression. */
  readonly includeEither?: (a: string, b: string) => string
  /** Includes the template whose name is `folder`, a slash, and the value of `name`. */
  readonly includeIn?: (folder: string) => string
}

interface DigestOptions {
  readonly watch: boolean
  readonly onPersonal: 'throw'
  readonly helpers?: Readonly<Record<string, Helper>>
  readonly helperVersions?: Readonly<Record<string, string>>
  /** With an option of the engine that changes what templates show. */
  readonly isOther?: boolean
}

/** Runs the suite for an engine. */
export function digestContract(name: string, words: DigestWords): void {
  describe(`the digest of a template of ${name}`, () => {
    const { call, comment, extension, fragment, include, includeComputed, when } = words
    /** What is not rendered does not count. */
    const countsAll = !lacks(name, 'branches')
    const readsComments = !lacks(name, 'declared')
    const countsHelpers = !lacks(name, 'helpers')
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
    async function renders(
      data: Record<string, unknown> = {},
      page = 'page',
      options: Partial<DigestOptions> = {},
    ): Promise<boolean> {
      const site: ContractSite = words.open(folder, opened.caches, {
        watch: false,
        onPersonal: 'throw',
        ...options,
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

    /** The same with a helper. */
    async function rendersWith(money: Helper, versions?: Record<string, string>): Promise<boolean> {
      return await renders({}, 'page', {
        helpers: { money, other: (text) => text },
        ...(versions === undefined ? {} : { helperVersions: versions }),
      })
    }

    const price: Helper = (text) => `${text} Euro`
    const otherPrice: Helper = (text) => `${text} EUR`

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

      expect(await renders()).toBe(countsAll)
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

      expect([before, await renders()]).toEqual([false, countsAll])
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

      expect([before, await renders()]).toEqual([false, readsComments])
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
      expect([before, other, changed, added, removed]).toEqual(
        [false, false, true, true, false].map((anew) => anew && readsComments),
      )
    })

    it('does not change when all of it lies elsewhere', async () => {
      write({ page: fragment(include('a')), a: include('deep/b'), 'deep/b': 'b' })
      await renders()
      const before = folder
      folder = mkdtempSync(join(tmpdir(), 'breakwater-digest-'))
      rmSync(folder, { recursive: true })
      renameSync(before, folder)

      expect(await renders()).toBe(false)
    })

    it('changes with a helper that it calls', async () => {
      write({ page: fragment(call()) })
      await rendersWith(price)

      expect([await rendersWith(price), await rendersWith(otherPrice)]).toEqual([
        false,
        countsHelpers,
      ])
    })

    it('changes with a helper that a template calls which it includes', async () => {
      write({ page: fragment(include('a')), a: include('b'), b: call() })
      await rendersWith(price)

      expect([await rendersWith(price), await rendersWith(otherPrice)]).toEqual([
        false,
        countsHelpers,
      ])
    })

    it('does not change with a helper that it does not call', async () => {
      write({ page: fragment('page'), other: call() })
      await rendersWith(price)

      expect(await rendersWith(otherPrice)).toBe(false)
    })

    it('counts a helper whose source says nothing by its version, and says so once', async () => {
      const warnings: string[] = []
      const emit = vi.spyOn(process, 'emitWarning').mockImplementation((warning) => {
        warnings.push(String(warning))
      })
      write({ page: fragment(call() + call()) })
      await rendersWith(price.bind(undefined))
      const unseen = await rendersWith(otherPrice.bind(undefined))
      const said = warnings.length
      const versioned = await rendersWith(otherPrice.bind(undefined), { money: '2' })
      emit.mockRestore()

      expect([unseen, versioned]).toEqual([false, countsHelpers])
      if (!countsHelpers) return expect(warnings).toEqual([])
      expect(warnings.slice(0, 1)).toEqual([expect.stringContaining("'money'")])
      // One for each of the processes that had no version.
      expect([said, warnings.length]).toEqual([2, 2])
    })

    it('does not change with what a helper calls in turn, unless its version says so', async () => {
      const calling =
        (inner: Helper): Helper =>
        (text) =>
          inner(text)
      write({ page: fragment(call()) })
      await rendersWith(calling(price))

      const unseen = await rendersWith(calling(otherPrice))
      const versioned = await rendersWith(calling(otherPrice), { money: '2' })

      expect([unseen, versioned]).toEqual([false, countsHelpers])
    })

    it('changes with an option of the engine that changes what templates show', async () => {
      write({ page: fragment('page') })
      await renders()

      expect([await renders({}, 'page'), await renders({}, 'page', { isOther: true })]).toEqual([
        false,
        !lacks(name, 'isOther'),
      ])
    })

    it('takes nothing for an include that is only said', async () => {
      write({ page: fragment(words.say('a')), a: 'a' })
      await renders()
      write({ a: 'changed' })

      expect(await renders()).toBe(false)
    })

    it('changes with both templates of a choice', async () => {
      const { includeEither } = words
      expect(includeEither === undefined).toBe(lacks(name, 'includeEither'))
      if (includeEither === undefined) return
      write({ page: fragment(includeEither('a', 'b')), a: 'a', b: 'b', c: 'c' })
      await renders()
      write({ c: 'changed' })
      const other = await renders()
      write({ a: 'changed' })
      const first = await renders()
      write({ b: 'changed' })

      // `yes` is false.
      expect([other, first, await renders()]).toEqual([false, countsAll, true])
    })

    it('changes with all templates whose names begin as a name does that is computed', async () => {
      const { includeIn } = words
      expect(includeIn === undefined).toBe(lacks(name, 'includeIn'))
      if (includeIn === undefined) return
      write({ page: fragment(includeIn('cards')), 'cards/a': 'a', 'cards/b': 'b', 'other/a': 'o' })
      await renders({ name: 'a' })
      write({ 'other/a': 'changed' })
      const other = await renders({ name: 'a' })
      write({ 'cards/b': 'changed' })
      const sibling = await renders({ name: 'a' })
      write({ 'cards/a': 'changed' })

      expect([other, sibling, await renders({ name: 'a' })]).toEqual([false, countsAll, true])
    })

    it('changes with any template where the name of one is computed, whatever else lies there', async () => {
      const emit = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
      write({ page: fragment(includeComputed()), a: 'a', 'deep/b': 'b' })
      writeFileSync(join(folder, 'picture.png'), 'no template: {% <% {{ @each( |')
      await renders({ name: 'a' })
      const same = await renders({ name: 'a' })
      write({ 'deep/b': 'changed' })
      const other = await renders({ name: 'a' })
      write({ a: 'changed' })
      const own = await renders({ name: 'a' })
      write({ 'deep/c': 'added' })
      const added = await renders({ name: 'a' })
      emit.mockRestore()

      // What is not rendered is not seen in JSX, and cannot be shown in its old state either.
      expect([same, other, own, added]).toEqual([false, countsAll, true, countsAll])
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

      expect(warnings).toEqual(readsComments ? [expect.stringMatching(/page.*computed/)] : [])
      expect(changed).toBe(readsComments)
    })
  })
}
