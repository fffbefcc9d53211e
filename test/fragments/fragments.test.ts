// Requirement: a fragment is rendered once for everybody who may share it, and never shown to anybody who may not.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CacheError } from '../../src/base/errors.ts'
import { createFragments, type Fragments, perRequest, tag } from '../../src/fragments/index.ts'
import { pageCache, readsUser } from '../../src/http/index.ts'
import { openCaches } from './open-caches.ts'

let opened: ReturnType<typeof openCaches>
let renders: number

beforeEach(() => {
  opened = openCaches()
  renders = 0
})

afterEach(async () => {
  await opened.caches.close()
})

function open(options?: Parameters<typeof createFragments>[1]): Fragments {
  return createFragments(opened.caches, options)
}

/** Renders a text, and counts. */
function rendering(text: string): () => string {
  return () => {
    renders++
    return text
  }
}

describe('fragment', () => {
  it('renders once for a name and what it varies on', async () => {
    const { fragment } = open()

    const shown = [
      await fragment('side', [7], rendering('seven')),
      await fragment('side', [7], rendering('again')),
      await fragment('side', [8], rendering('eight')),
    ]

    expect(shown).toEqual(['seven', 'seven', 'eight'])
    expect(renders).toBe(2)
  })

  it('renders once for many requests that ask at the same time', async () => {
    const { fragment } = open()

    const shown = await Promise.all(
      Array.from({ length: 50 }, () => fragment('side', [], rendering('one'))),
    )

    expect(new Set(shown)).toEqual(new Set(['one']))
    expect(renders).toBe(1)
  })

  it('keeps an empty text, as Django does', async () => {
    const { fragment } = open()

    await fragment('side', [], rendering(''))
    await fragment('side', [], rendering('later'))

    expect(renders).toBe(1)
  })

  it('is rendered anew when its ttl has passed', async () => {
    const { fragment } = open()
    await fragment('side', [], rendering('old'), { ttl: '60s' })

    opened.clock.advance(61_000)

    expect(await fragment('side', [], rendering('new'), { ttl: '60s' })).toBe('new')
  })

  it('never stores an error of its rendering', async () => {
    const { fragment } = open()
    const failing = fragment('side', [], () => {
      throw new Error('no such variable')
    })
    await expect(failing).rejects.toThrow('no such variable')

    expect(await fragment('side', [], rendering('fine'))).toBe('fine')
  })

  it('lives in the alias that it asks for, and knows the nearest right name', async () => {
    const { fragment } = open()
    await fragment('side', [], rendering('a'), { using: 'pages' })

    await fragment('side', [], rendering('b'))

    expect(renders).toBe(2)
    await expect(fragment('side', [], rendering('c'), { using: 'page' })).rejects.toThrow(
      expect.objectContaining({ code: 'E_ALIAS', message: expect.stringContaining("'pages'") }),
    )
  })

  it('is rendered each time where cacheIf is false', async () => {
    const { fragment } = open()

    await fragment('side', [], rendering('a'), { cacheIf: false })
    await fragment('side', [], rendering('b'), { cacheIf: false })

    expect(renders).toBe(2)
    expect(await fragment('side', [], rendering('c'))).toBe('c')
  })

  it('renders without a store that is away, also where calls of the cache throw', async () => {
    const away = (): Promise<never> => Promise.reject(new CacheError('E_STORE_DOWN', 'away'))
    const cache = { getOrSet: away, getMany: away, invalidateTags: away }
    const { fragment, fragments } = createFragments(cache)

    expect(await fragment('side', [], rendering('a'))).toBe('a')
    expect(await fragments([1, 2], (id) => ['card', id], String)).toEqual(['1', '2'])
  })

  it('refuses an option that there is not, with the nearest right name', async () => {
    const { fragment } = open()

    await expect(fragment('side', [], rendering('a'), { tll: '1m' } as object)).rejects.toThrow(
      "'ttl'",
    )
  })
})

describe('the tags of a fragment', () => {
  it('are those of its call, and those given while it is rendered', async () => {
    const { fragment } = open()
    const render = (): string => {
      renders++
      tag('product:7')
      return 'x'
    }
    const options = { tags: ['products'] }

    await fragment('card', [7], render, options)
    await opened.caches.default.invalidateTags(['product:7'])
    await fragment('card', [7], render, options)
    await opened.caches.default.invalidateTags(['products'])
    await fragment('card', [7], render, options)

    expect(renders).toBe(3)
  })

  it('are also those of the fragments in it, whether they were rendered or stored', async () => {
    const { fragment } = open()
    let price = 10
    const card = (): Promise<string> => fragment('card', [7], () => `${price}`, { tags: ['p:7'] })
    const list = (): Promise<string> => fragment('list', [], async () => `[${await card()}]`)
    const page = (): Promise<string> => fragment('page', [], async () => `<${await list()}>`)
    await card()
    await page()

    price = 12
    await opened.caches.default.invalidateTags(['p:7'])

    expect(await page()).toBe('<[12]>')
  })

  it('reach a cached page around it', async () => {
    const { fragment } = open()
    let price = 10
    const page = pageCache(opened.caches.default, '60s', { clock: opened.clock })
    const get = async (): Promise<string> => {
      const answer = await page(new Request('http://a/'), async () => {
        return new Response(await fragment('card', [7], () => `${price}`, { tags: ['p:7'] }))
      })
      return await answer.text()
    }
    await get()

    price = 12
    expect(await get()).toBe('10')
    await opened.caches.default.invalidateTags(['p:7'])

    expect(await get()).toBe('12')
  })

  it('include its own name, by which it and what contains it can be dropped', async () => {
    const { fragment, invalidate } = open()
    let price = 10
    const card = (): Promise<string> => fragment('card', [7], () => `${price}`, { version: 'a' })
    const list = (): Promise<string> => fragment('list', [], async () => `[${await card()}]`)
    await list()

    price = 12
    await invalidate('card', [7])

    expect(await list()).toBe('[12]')
  })
})

describe('fragments', () => {
  it('shows the same fragments as one by one, in the order of its items', async () => {
    const { fragment, fragments } = open()
    await fragment('card', [2], rendering('two'))

    const shown = await fragments(
      [1, 2, 3],
      (id) => ['card', id],
      (id) => {
        renders++
        return `card ${id}`
      },
    )

    expect(shown).toEqual(['card 1', 'two', 'card 3'])
    expect(renders).toBe(3)
  })

  it('reads all that are stored in one round trip', async () => {
    const { caches } = opened
    const reads: string[][] = []
    const { fragments } = createFragments({
      getOrSet: (...given) => {
        reads.push([given[0]])
        return caches.default.getOrSet(...given)
      },
      getMany: (keys) => {
        reads.push([...keys])
        return caches.default.getMany([...keys])
      },
      invalidateTags: (tags) => caches.default.invalidateTags(tags),
    })
    const show = (): Promise<string[]> =>
      fragments([1, 2, 3], (id) => ['card', id], String, { ttl: '1m' })
    await show()
    reads.length = 0

    await show()

    expect(reads).toEqual([['fragment:card:1', 'fragment:card:2', 'fragment:card:3']])
  })

  it('gives each its own tags: one change drops one card', async () => {
    const { fragments } = open()
    const show = (): Promise<string[]> =>
      fragments(
        [1, 2, 3],
        (id) => ['card', id],
        (id) => {
          renders++
          tag(`p:${id}`)
          return `${id}`
        },
      )
    await show()

    await opened.caches.default.invalidateTags(['p:2'])
    await show()

    expect(renders).toBe(4)
  })
})

describe('a hole', () => {
  it('is rendered each time, with what it was given where it stands', async () => {
    let token = 0
    const { fragment, hole } = open({ holes: { csrf: (form) => `${String(form)}-${++token}` } })
    const show = (): Promise<string> =>
      fragment('login', [], async () => {
        renders++
        return `<form>${await hole('csrf', 'login')}</form>`
      })

    const shown = [await show(), await show()]

    expect(shown).toEqual(['<form>login-1</form>', '<form>login-2</form>'])
    expect(renders).toBe(1)
  })

  it('of a fragment in a fragment is rendered each time, too', async () => {
    let token = 0
    const { fragment, hole } = open({ holes: { csrf: () => `t${++token}` } })
    const inner = (): Promise<string> =>
      fragment('inner', [], async () => `(${await hole('csrf')})`)
    const outer = (): Promise<string> => fragment('outer', [], async () => `[${await inner()}]`)

    expect([await outer(), await outer(), await inner()]).toEqual(['[(t1)]', '[(t2)]', '(t3)'])
  })

  it('cannot be made by what a page shows', async () => {
    const { fragment, hole } = open({ holes: { csrf: () => 'token' }, onPersonal: 'skip' })
    let seen = ''
    await fragment('first', [], async () => {
      seen = await hole('csrf')
      return seen
    })

    const shown = await fragment('second', [], async () => `${seen}|${await hole('csrf')}`)

    expect(shown).toBe(`${seen}|token`)
  })

  it('that was changed after it was put in is an error and not a page with rubbish', async () => {
    const { fragment, hole } = open({ holes: { csrf: () => 'token' } })
    const cut = fragment('a', [], async () => (await hole('csrf')).slice(0, 20))
    const loud = fragment('b', [], async () => (await hole('csrf')).toUpperCase())

    await expect(cut).rejects.toThrow(expect.objectContaining({ code: 'E_TEMPLATE' }))
    await expect(loud).rejects.toThrow(expect.objectContaining({ code: 'E_TEMPLATE' }))
  })

  it('of an inner fragment that the outer one cannot render is an error, and in production not kept', async () => {
    const show = async (fragments: Fragments): Promise<string> => {
      const inner = (): Promise<string> =>
        fragments.fragment('inner', [], async () => await fragments.hole('mine'), {
          holes: { mine: () => `${++renders}` },
        })
      return await fragments.fragment('outer', [], inner)
    }

    await expect(show(open({ onPersonal: 'throw' }))).rejects.toThrow("hole 'mine'")
    const { refused } = opened
    const production = open({ onPersonal: 'skip' })

    await expect(show(production)).rejects.toThrow("There is no hole 'mine'")
    expect(refused.at(-1)?.reason).toContain("'mine'")
  })

  it('keeps a page around it from being kept', async () => {
    let token = 0
    const { fragment, hole } = open({ holes: { csrf: () => `t${++token}` } })
    const options = { clock: opened.clock, cacheStatus: true }
    const page = pageCache(opened.caches.pages, '60s', options)
    const get = (): Promise<Response> =>
      page(new Request('http://a/'), async () => {
        return new Response(await fragment('login', [], async () => await hole('csrf')))
      })

    const answers = [await get(), await get()]

    expect(await Promise.all(answers.map((answer) => answer.text()))).toEqual(['t1', 't2'])
    expect(answers[0]?.headers.get('cache-status')).toContain('shows what is rendered each time')
  })
})

describe('what is one visitor’s own', () => {
  const token = perRequest('s3cret', 'csrf token')

  it('is an error outside production, which names the fragment, what it was, and what to do', async () => {
    const { fragment } = open({ onPersonal: 'throw' })

    const shown = fragment('login', [], () => `<input value="${token}">`)

    await expect(shown).rejects.toThrow(expect.objectContaining({ code: 'E_PERSONAL' }))
    await expect(shown).rejects.toThrow(/Fragment 'login' shows csrf token.*hole/)
  })

  it('is an error even where the template swallows it', async () => {
    const { fragment } = open({ onPersonal: 'throw' })

    const shown = fragment('login', [], () => {
      try {
        return `<${token}>`
      } catch {
        return 'nothing seen'
      }
    })

    await expect(shown).rejects.toThrow(expect.objectContaining({ code: 'E_PERSONAL' }))
  })

  it('is shown in production and not kept, and an event says why', async () => {
    const { fragment } = open({ onPersonal: 'skip' })
    const show = (own: string): Promise<string> =>
      fragment('login', [], () => `<${perRequest(own, 'csrf token')}>`)

    expect([await show('a'), await show('b')]).toEqual(['<a>', '<b>'])
    expect(opened.refused[0]).toMatchObject({
      key: 'fragment:login',
      reason: 'it shows csrf token',
    })
  })

  it('is not shown to those who waited for its rendering', async () => {
    const { fragment } = open({ onPersonal: 'skip' })

    const shown = await Promise.all(
      ['a', 'b', 'c'].map((own) =>
        fragment('login', [], async () => {
          await Promise.resolve()
          return `<${perRequest(own, 'csrf token')}>`
        }),
      ),
    )

    expect(shown).toEqual(['<a>', '<b>', '<c>'])
  })

  it('keeps what is around it from being kept', async () => {
    const { fragment } = open({ onPersonal: 'skip' })
    const show = (own: string): Promise<string> =>
      fragment('outer', [], () => fragment('inner', [], () => perRequest(own, 'nonce')))

    expect([await show('a'), await show('b')]).toEqual(['a', 'b'])
  })

  it('may be the user where the fragment varies on the user', async () => {
    const { fragment } = open({ onPersonal: 'throw' })
    const show = (id: number): Promise<string> => {
      const user = perRequest({ id, name: `user ${id}` }, 'user')
      return fragment('hello', [id], () => `Hello ${user.name}`, { varyOn: ['user'] })
    }

    expect([await show(1), await show(2), await show(1)]).toEqual([
      'Hello user 1',
      'Hello user 2',
      'Hello user 1',
    ])
  })

  it('is found in a fragment that is stored, by the one around it that does not vary on it', async () => {
    const { fragment } = open({ onPersonal: 'skip' })
    const hello = (id: number): Promise<string> =>
      fragment('hello', [id], () => `Hello ${id}`, { varyOn: ['user'] })
    const outer = (id: number): Promise<string> => fragment('outer', [], () => hello(id))
    await hello(1)
    await hello(2)

    expect([await outer(1), await outer(2)]).toEqual(['Hello 1', 'Hello 2'])
  })

  it('is heard of from readsUser, too', async () => {
    const { fragment } = open({ onPersonal: 'throw' })
    const show = fragment('hello', [], () => {
      readsUser({ id: 1 })
      return 'Hello'
    })

    await expect(show).rejects.toThrow('shows user')
  })

  it('is heard of from the request of a page around it', async () => {
    const { fragment } = open({ onPersonal: 'skip' })
    const options = { clock: opened.clock, varyOnCookie: ['theme'] }
    const page = pageCache(opened.caches.pages, '60s', options)
    const get = async (cookie: string): Promise<string> => {
      const asked = new Request('http://a/', { headers: { cookie } })
      const answer = await page(asked, async (request) => {
        return new Response(await fragment('look', [], () => request.headers.get('cookie') ?? ''))
      })
      return await answer.text()
    }

    expect([await get('theme=dark'), await get('theme=light')]).toEqual([
      'theme=dark',
      'theme=light',
    ])
  })

  it('is not stored as what a hole is given', async () => {
    const { fragment, hole } = open({
      onPersonal: 'skip',
      holes: { hello: (args) => `Hello ${(args as { user: { name: string } }).user.name}` },
    })
    const show = (name: string): Promise<string> =>
      fragment('hello', [], () => hole('hello', { user: perRequest({ name }, 'user') }))

    expect([await show('A'), await show('B')]).toEqual(['Hello A', 'Hello B'])
  })

  it('may be read within a hole', async () => {
    const { fragment, hole } = open({ onPersonal: 'throw', holes: { csrf: () => `<${token}>` } })

    expect(await fragment('login', [], () => hole('csrf'))).toBe('<s3cret>')
  })
})
