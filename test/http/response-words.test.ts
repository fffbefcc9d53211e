import { describe, expect, it } from 'vitest'
import {
  cacheControl,
  neverCache,
  pageCache,
  readCookie,
  varyOnCookie,
  varyOnHeaders,
} from '../../src/http/index.ts'
import { CachedPages } from './cached-pages.ts'
import { FakeClock } from './fake-clock.ts'

describe('the words of a response', () => {
  it('are said on the response itself', () => {
    const response = new Response('page')

    expect(cacheControl(response, { maxAge: '60s' })).toBe(response)
    expect(varyOnHeaders(response, 'Accept-Language', 'Origin')).toBe(response)
    expect(varyOnCookie(response)).toBe(response)

    expect(response.headers.get('cache-control')).toBe('max-age=60')
    expect(response.headers.get('vary')).toBe('Accept-Language, Origin, Cookie')
  })

  it('are said on bare headers', () => {
    const headers = new Headers({ vary: 'Origin' })

    expect(varyOnHeaders(headers, 'origin', 'Cookie')).toBe(headers)
    expect(headers.get('vary')).toBe('Origin, Cookie')
    expect(neverCache(headers).get('expires')).toBe(new Date(Date.now()).toUTCString())
  })

  it('make a new response of one whose headers cannot be changed', async () => {
    const fixed = Response.redirect('http://site.test/b', 302)

    const response = varyOnHeaders(fixed, 'Accept-Language')

    expect(response).not.toBe(fixed)
    expect([
      response.status,
      response.headers.get('location'),
      response.headers.get('vary'),
    ]).toEqual([302, 'http://site.test/b', 'Accept-Language'])
  })

  it('permit nothing for an error', () => {
    const failed = new Response('failed', { status: 503 })

    cacheControl(failed, { public: true, maxAge: '60s', noTransform: true })

    expect(failed.headers.get('cache-control')).toBe('no-transform')
  })

  it.each<readonly [string, () => unknown]>([
    ['varyOnHeaders', () => varyOnHeaders(new Headers())],
    ['varyOnHeaders', () => varyOnHeaders(new Headers(), 'Accept Language')],
    ['varyOnHeaders', () => varyOnHeaders(new Headers(), 'Accept-*')],
    ['varyOnCookie', () => varyOnCookie(new Headers(), 'a=b')],
    ['maxage', () => cacheControl(new Headers(), { maxage: '60s' } as object)],
  ])('%s refuses what it cannot say', (name, act) => {
    expect(act).toThrow(expect.objectContaining({ code: 'E_OPTION' }))
    expect(act).toThrow(name)
  })

  it('tell a page that is being made what it varies on, before strict reads are judged', async () => {
    const clock = new FakeClock()
    const store = new CachedPages(clock)
    const pages = pageCache(store, '60s', { clock, reads: 'throw' })
    let views = 0
    const visit = async (cookie: string): Promise<string> => {
      const request = new Request('http://site.test/a', { headers: { cookie } })
      const response = await pages(request, (asked) => {
        const made = varyOnCookie(new Response(null), 'theme')
        return new Response(`${readCookie(asked, 'theme')} ${++views}`, made)
      })
      const text = await response.text()
      await store.quiet()
      return text
    }

    const texts = [await visit('theme=a; x=1'), await visit('theme=b'), await visit('x=2; theme=a')]

    expect(texts).toEqual(['a 1', 'b 2', 'a 1'])
    await store.close()
  })
})
