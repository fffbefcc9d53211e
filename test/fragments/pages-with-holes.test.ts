// Requirement: a page is kept although a part of it is each visitor's own, and that part is rendered for each.
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { currentMaking } from '../../src/cache/making.ts'
import { createFragments, perRequest, tag } from '../../src/fragments/index.ts'
import type { Fragments, FragmentsOptions } from '../../src/fragments/index.ts'
import { type PageHandler, pageCache, type PageOptions, readCookie } from '../../src/http/index.ts'
import { openCaches } from './open-caches.ts'

const HTML = { 'Content-Type': 'text/html; charset=utf-8' }
const HIT = /; hit/

let opened: ReturnType<typeof openCaches>
let views: number
let errors: unknown[]

beforeEach(() => {
  opened = openCaches()
  views = 0
  errors = []
})

afterEach(async () => {
  await opened.caches.close()
})

/** Who is asking, as the holes of these tests find out. */
const whoAsks = (request: Request): { who: string } => ({
  who: readCookie(request, 'who') ?? 'nobody',
})

/** Fragments with a hole that greets, and pages that keep it. */
function open(
  options: FragmentsOptions = {},
  more: PageOptions = {},
): { readonly fragments: Fragments; readonly pages: PageHandler } {
  const greet = (_: unknown, context?: object): string => `Hi ${(context as { who: string }).who}!`
  const fragments = createFragments(opened.caches, { holes: { greet }, ...options })
  const pages = pageCache(opened.caches.pages, '60s', {
    clock: opened.clock,
    cacheStatus: true,
    holes: fragments.inPages(whoAsks),
    onError: (error) => errors.push(error),
    ...more,
  })
  return { fragments, pages }
}

/** A page that greets. */
function greeting({ fragments }: { fragments: Fragments }, headers: object = HTML) {
  return async (): Promise<Response> => {
    views++
    const text = `<h1>${await fragments.hole('greet')}</h1><p>page ${views}</p>`
    return new Response(text, { headers: { ...headers } })
  }
}

function ask(who?: string, headers: Record<string, string> = {}, method = 'GET'): Request {
  const cookie: Record<string, string> = who === undefined ? {} : { Cookie: `who=${who}` }
  return new Request('http://site.test/', { method, headers: { ...cookie, ...headers } })
}

async function textOf(answer: Response | Promise<Response>): Promise<string> {
  return await (await answer).text()
}

describe('a page with a hole', () => {
  it('is made once, and everybody gets a hole of their own', async () => {
    const site = open()
    const view = greeting(site)

    const shown = []
    for (const who of ['ann', 'bob', undefined]) {
      shown.push(await textOf(site.pages(ask(who), view)))
    }

    expect(shown).toEqual([
      '<h1>Hi ann!</h1><p>page 1</p>',
      '<h1>Hi bob!</h1><p>page 1</p>',
      '<h1>Hi nobody!</h1><p>page 1</p>',
    ])
  })
})
