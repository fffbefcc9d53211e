// Requirement: one suite for all template engines. What each writes in its own words must behave alike.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Fragments, type FragmentsOptions, perRequest } from '../../src/fragments/index.ts'
import { lacks } from './capabilities.ts'
import { openCaches } from './open-caches.ts'

/** The templates of the suite, in one engine's words. Each calls `seen()`, which prints nothing, where it is rendered. */
interface ContractTemplates {
  /** `side`, for 900 seconds: `[` `text`, escaped, `]`. */
  readonly side: string
  /** `side` that varies on `id`: `[` `text` `]`. */
  readonly varying: string
  /** Of each of `items`: `card`, which varies on `item.id`: `(` `item.name` `)`. */
  readonly list: string
  /** `outer`, tagged `outer`: `<`, then `inner`, tagged `inner`: `text`, then `>`. Both call `seen()`. */
  readonly nested: string
  /** `login`: `<form>`, what is rendered each time: `label` and `token()`, with blanks between; `</form>`. `label` is the hole's argument `'to log in'`. */
  readonly hole: string
  /** `side` that includes `part`. */
  readonly including: string
  /** `[` `text` `]`, without `seen()`. */
  readonly part: string
  /** `side` that calls `fail()`. */
  readonly failing: string
  /** `login` that shows `csrf_token`, in its second line. */
  readonly csrf: string
  /** `login` that shows `csrf_token` where `yes`, in its second line. */
  readonly branch: string
  /** `login` that shows `secret`, in its second line. */
  readonly marked: string
  /** `login` that calls `token()`, in its second line. */
  readonly calling: string
  /** `hello` that shows `user.name` and varies on nothing. */
  readonly user: string
  /** `outer`, which varies on nothing: in it `hello`, which varies on `user.lang` and shows it. */
  readonly userWithin: string
  /** `hello` that shows `user.name` and varies on `user.id`. */
  readonly ownUser: string
  /** `side` in the alias `pages`. */
  readonly using: string
  /** `side`, whose version is `build`. */
  readonly versioned: string
  /** `side`, only where `cached`. */
  readonly cacheIf: string
  /** `side` for `seconds`, a variable. */
  readonly timeout: string
  /** More files that these need, by name with extension. */
  readonly [more: string]: string
}

export interface ContractSite {
  readonly fragments: Fragments
  render(template: string, data: Record<string, unknown>): Promise<string>
}

export interface Engine {
  /** Of its files, with the dot. */
  readonly extension: string
  readonly templates: ContractTemplates
  /** @param options `holes` has one named `login-token`, for engines whose holes have names */
  readonly open: (
    folder: string,
    caches: ReturnType<typeof openCaches>['caches'],
    options: FragmentsOptions & {
      readonly watch: boolean
      /** Functions that every template may call. */
      readonly helpers?: Readonly<Record<string, (text: string) => string>>
      /** With an option of the engine that changes what templates show. */
      readonly isOther?: boolean
    },
  ) => ContractSite
  /** The template in which the markup of `side` is. Default `side`. */
  readonly sideFile?: string
  /** How a message says where something is in a template. Default: by its line, 1 or 2. */
  readonly place?: (template: string) => RegExp
}

/** Runs the suite for an engine. */
export function engineContract(name: string, engine: Engine): void {
  const {
    place = (template: string): RegExp => new RegExp(`${template}[^ ]*, line [12]`),
    sideFile = 'side',
  } = engine
  const hasNames = !lacks(name, 'names')
  describe(`${name} keeps the contract of fragments`, () => {
    let folder: string
    let opened: ReturnType<typeof openCaches>
    let renders: number
    const data = {
      seen: () => {
        renders++
        return ''
      },
      fail: () => {
        throw new Error('the template failed')
      },
    }

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'breakwater-fragments-'))
      opened = openCaches()
      renders = 0
      for (const [template, text] of Object.entries(engine.templates)) write(template, text)
    })

    afterEach(async () => {
      await opened.caches.close()
      rmSync(folder, { recursive: true })
    })

    function write(template: string, text: string): void {
      const file = template.includes('.') ? template : template + engine.extension
      writeFileSync(join(folder, file), text)
    }

    function open(options: FragmentsOptions = {}): ContractSite {
      let tokens = 0
      const token = (): string => `t${++tokens}`
      const holes = { 'login-token': (label: unknown) => `${String(label)} ${token()}` }
      return engine.open(folder, opened.caches, { watch: false, holes, ...options })
    }

    async function show(
      site: ContractSite,
      template: string,
      more: Record<string, unknown> = {},
    ): Promise<string> {
      return (await site.render(template, { ...data, ...more })).trim()
    }

    it('renders a fragment once, and shows it again as it was', async () => {
      const site = open()

      const shown = [
        await show(site, 'side', { text: 'one' }),
        await show(site, 'side', { text: 'two' }),
      ]

      expect(shown).toEqual(['[one]', '[one]'])
      expect(renders).toBe(1)
    })

    it('escapes once, whether it is rendered or stored', async () => {
      const site = open()

      const shown = [
        await show(site, 'side', { text: '<b>&' }),
        await show(site, 'side', { text: '' }),
      ]

      expect(shown).toEqual(['[&lt;b&gt;&amp;]', '[&lt;b&gt;&amp;]'])
    })

    it('tells apart what it varies on', async () => {
      const site = open()

      const shown = [
        await show(site, 'varying', { id: 1, text: 'one' }),
        await show(site, 'varying', { id: 2, text: 'two' }),
        await show(site, 'varying', { id: 1, text: 'three' }),
      ]

      expect(shown).toEqual(['[one]', '[two]', '[one]'])
    })

    it('renders once for many requests at the same time', async () => {
      const site = open()

      const shown = await Promise.all(
        Array.from({ length: 20 }, () => show(site, 'side', { text: 'one' })),
      )

      expect(new Set(shown)).toEqual(new Set(['[one]']))
      expect(renders).toBe(1)
    })

    it('renders each fragment of a loop with the variables of its turn', async () => {
      const site = open()
      const items = [1, 2, 3].map((id) => ({ id, name: `item ${id}` }))

      const shown = [
        await show(site, 'list', { items }),
        await show(site, 'list', { items: items.toReversed() }),
      ]

      expect(shown.map((text) => text.replaceAll(/\s*\n\s*/g, ''))).toEqual([
        '(item 1)(item 2)(item 3)',
        '(item 3)(item 2)(item 1)',
      ])
      expect(renders).toBe(3)
    })

    it('gives the tags of a fragment to the one around it', async () => {
      const site = open()
      await show(site, 'nested', { text: 'old' })
      await opened.caches.default.invalidateTags(['inner'])

      const shown = await show(site, 'nested', { text: 'new' })

      expect(shown).toBe('<new>')
      expect(renders).toBe(4)
    })

    it('keeps the inner fragment when only the outer one is dropped', async () => {
      const site = open()
      await show(site, 'nested', { text: 'old' })
      await opened.caches.default.invalidateTags(['outer'])

      const shown = await show(site, 'nested', { text: 'new' })

      expect(shown).toBe('<old>')
      expect(renders).toBe(3)
    })

    it('renders a hole each time, with its own arguments', async () => {
      const site = open()
      let tokens = 0
      const token = (): string => `t${++tokens}`

      const shown = [
        await show(site, 'hole', { token }),
        await show(site, 'hole', { token }),
        // Another process, in which nothing has been rendered yet.
        await show(open(), 'hole', { token }),
      ]

      const texts = shown.map((text) =>
        text.replaceAll(/\s+/g, ' ').replaceAll(/> | </g, (tag) => tag.trim()),
      )
      expect(texts.map((text) => text.replace(/t\d/, 't'))).toEqual(
        Array.from({ length: 3 }, () => '<form>to log in t</form>'),
      )
      expect(new Set(texts.slice(0, 2)).size).toBe(2)
      expect(renders).toBe(1)
    })

    it('never stores an error', async () => {
      const site = open()
      await expect(show(site, 'failing', { text: 'x' })).rejects.toThrow('the template failed')

      const shown = await show(site, 'failing', { text: 'fine', fail: () => '' })

      expect(shown).toBe('[fine]')
    })

    it('is not shown by a template that has changed, in a new process', async () => {
      await show(open(), 'side', { text: 'old' })
      const text = engine.templates[sideFile] as string
      write(sideFile, text.replace('[', '+').replace(']', '+'))

      const shown = await show(open(), 'side', { text: 'new' })

      expect(shown).toBe('+new+')
    })

    it('is not shown when a template that it includes has changed, in a new process', async () => {
      const before = await show(open(), 'including', { text: 'old' })
      const unchanged = await show(open(), 'including', { text: 'other' })
      write('part', engine.templates.part.replace('[', '+').replace(']', '+'))

      const shown = await show(open(), 'including', { text: 'new' })

      expect([before, unchanged, shown]).toEqual(['[old]', '[old]', '+new+'])
    })

    it('is not shown when a template has changed under a process that watches', async () => {
      const site = open({ watch: true } as object)
      await show(site, 'including', { text: 'old' })
      write('part', engine.templates.part.replace('[', '+').replace(']', '+'))

      expect(await show(site, 'including', { text: 'new' })).toBe('+new+')
    })

    it('refuses a csrf token, and names the fragment and its template', async () => {
      const site = open({ onPersonal: 'throw' })

      const shown = show(site, 'csrf', { csrf_token: perRequest('s3cret', 'csrf token') })

      await expect(shown).rejects.toThrow(/Fragment 'login' \(.*csrf.*\) shows csrf token/)
    })

    it('refuses a csrf token by its name alone, and says in which line of which template', async () => {
      const site = open({ onPersonal: 'throw' })
      if (!hasNames)
        return expect(await show(site, 'csrf', { csrf_token: 's3cret' })).toBe('[s3cret]')

      await expect(show(site, 'csrf', { csrf_token: 's3cret' })).rejects.toThrow(
        /csrf token \('csrf_token' in .*csrf.*, line 2\).*, and would show it to all: .*vary on it/,
      )
    })

    it('refuses a csrf token in a branch that is not taken', async () => {
      const site = open({ onPersonal: 'throw' })
      if (!hasNames) {
        const marked = { csrf_token: perRequest('s3cret', 'csrf token') }
        expect(await show(site, 'branch', { ...marked, yes: false })).toBe('[]')
        await site.fragments.invalidate('login')
        const taken = show(site, 'branch', { ...marked, yes: true })
        return await expect(taken).rejects.toThrow(/shows csrf token/)
      }

      await expect(show(site, 'branch', { csrf_token: 's3cret', yes: false })).rejects.toThrow(
        /csrf token \('csrf_token' in .*branch.*, line 2\)/,
      )
    })

    it('refuses what is marked, whatever it is called, and says in which template and line', async () => {
      const site = open({ onPersonal: 'throw' })
      const secret = perRequest('s3cret', 'a thing of one day')

      const shown = show(site, 'marked', { secret })

      await expect(shown).rejects.toThrow(/'login' \(.*marked.*shows a thing of one day/)
      await expect(shown).rejects.toThrow(place('marked'))
    })

    it('refuses what a function reads that it calls, and says in which template and line', async () => {
      const secret = perRequest('s3cret', 'a thing of one day')
      const calls = { token: () => [secret].join('') }
      const message = /'login' \(.*calling.*shows a thing of one day/

      await expect(show(open({ onPersonal: 'throw' }), 'calling', calls)).rejects.toThrow(message)
      await expect(show(open({ onPersonal: 'throw' }), 'calling', calls)).rejects.toThrow(
        place('calling'),
      )
      expect(await show(open({ onPersonal: 'skip' }), 'calling', calls)).toMatch(/s3cret/)
      expect(opened.refused.at(-1)?.reason).toMatch(/a thing of one day.*calling/)
      expect(opened.refused.at(-1)?.reason).toMatch(place('calling'))
    })

    it('refuses what depends on the user where nobody is logged in, too', async () => {
      const site = open({ onPersonal: 'throw' })
      if (!hasNames) return expect(await show(site, 'user', { user: null })).toBe('[]')

      await expect(show(site, 'user', { user: null })).rejects.toThrow(/shows user \('user/)
    })

    it('shows a csrf token in production to its visitor alone, and says why it is not stored', async () => {
      const site = open({ onPersonal: 'skip' })
      const own = (value: string): Record<string, unknown> => ({
        csrf_token: perRequest(value, 'csrf token'),
      })

      const shown = await Promise.all(['a', 'b'].map((value) => show(site, 'csrf', own(value))))

      expect(shown).toEqual(['[a]', '[b]'])
      const { reason = '' } = opened.refused[0] ?? {}
      if (hasNames) expect(reason).toMatch(/csrf token \('csrf_token' in .*csrf.*, line 2\)/)
      else expect(reason).toMatch(place('csrf'))
    })

    it('refuses the user unless the fragment varies on the user', async () => {
      const site = open({ onPersonal: 'throw' })
      const user = (id: number): Record<string, unknown> => {
        return { user: perRequest({ id, name: `user ${id}` }, 'user') }
      }

      await expect(show(site, 'user', user(1))).rejects.toThrow('shows user')
      const shown = [await show(site, 'ownUser', user(1)), await show(site, 'ownUser', user(2))]

      expect(shown).toEqual(['[user 1]', '[user 2]'])
    })

    it('refuses the user in a fragment inside, even where that one varies on it', async () => {
      const site = open({ onPersonal: 'skip' })
      const shown: string[] = []
      for (const lang of ['de', 'fr', 'de', 'fr'])
        shown.push(await show(site, 'userWithin', { user: perRequest({ lang }, 'user') }))

      expect(shown).toEqual(['<[de]>', '<[fr]>', '<[de]>', '<[fr]>'])
    })

    it('lives in the alias that it names', async () => {
      const site = open()
      await show(site, 'using', { text: 'one' })

      const shown = [
        await show(site, 'using', { text: 'two' }),
        await show(site, 'side', { text: 'three' }),
      ]

      expect(shown).toEqual(['[one]', '[three]'])
    })

    it('is another one with another version', async () => {
      const site = open()
      await show(site, 'versioned', { build: '1', text: 'one' })

      const shown = [
        await show(site, 'versioned', { build: '1', text: 'two' }),
        await show(site, 'versioned', { build: '2', text: 'three' }),
        await show(site, 'versioned', { build: '1', text: 'four' }),
      ]

      expect(shown).toEqual(['[one]', '[three]', '[one]'])
    })

    it('is rendered each time where cacheIf is false', async () => {
      const site = open()
      await show(site, 'cacheIf', { cached: false, text: 'one' })

      const shown = [
        await show(site, 'cacheIf', { cached: true, text: 'two' }),
        await show(site, 'cacheIf', { cached: true, text: 'three' }),
      ]

      expect(shown).toEqual(['[two]', '[two]'])
    })

    it('takes its timeout from a variable, in seconds', async () => {
      const site = open()
      await show(site, 'timeout', { seconds: 60, text: 'old' })
      opened.clock.advance(50_000)
      const before = await show(site, 'timeout', { seconds: 60, text: 'new' })
      opened.clock.advance(20_000)

      expect([before, await show(site, 'timeout', { seconds: 60, text: 'new' })]).toEqual([
        '[old]',
        '[new]',
      ])
    })

    it('is dropped by its name, from outside of templates', async () => {
      const site = open()
      await show(site, 'varying', { id: 1, text: 'old' })

      await site.fragments.invalidate('side', [1])

      expect(await show(site, 'varying', { id: 1, text: 'new' })).toBe('[new]')
    })

    it('goes on without a cache that is away', async () => {
      const site = open()
      await opened.caches.close()

      expect(await show(site, 'side', { text: 'one' })).toBe('[one]')
    })
  })
}
