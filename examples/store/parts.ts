// The parts of pages that are kept: visitors with a session get pages of their own, and most of each is the same for all.
import { tableTag } from 'breakwater/data'
import { createFragments, type FragmentCache, tag } from 'breakwater/fragments'
import type { Context } from 'hono'
import { type Catalogue, tagsOf } from './catalogue.ts'
import { boughtBy } from './data/orders.ts'
import type { Product } from './data/products.ts'
import type { Settings } from './data/settings.ts'
import type { User } from './data/users.ts'
import type { Query } from './database/database.ts'
import { type Html, raw } from './html.ts'
import { renderCards, renderSidebar } from './pages/cards.ts'
import { renderAccount, renderFooter, renderNavigation } from './pages/layout.ts'
import { renderLogin, renderToken } from './pages/login.ts'
import type { Session } from './sessions.ts'
import type { Env } from './shop.ts'

interface Visitor {
  readonly session: Session | undefined
}

export type Parts = ReturnType<typeof createParts>

const boughtTag = (userId: number): string => `bought:${userId}`

export function createParts({
  cache,
  catalogue,
  query,
}: {
  cache: FragmentCache
  catalogue: Catalogue
  query: Query
}) {
  const { fragment, hole, inPages } = createFragments(cache, {
    holes: { account: (_, context) => renderAccount((context as Visitor).session).toString() },
  })
  let renders = 0
  const rendered = (part: Html): string => {
    renders++
    return part.toString()
  }

  return {
    /** How many parts have been rendered so far. */
    get renders(): number {
      return renders
    },

    /** What holes of whole pages may show of a visitor. */
    holes: inPages((c: Context<Env>): Visitor => ({ session: c.get('session') })),

    /** Who is here, in a page that visitors with a session share. */
    async account(): Promise<Html> {
      return raw(await hole('account'))
    },

    async navigation(): Promise<Html> {
      const render = async (): Promise<string> =>
        rendered(renderNavigation(await catalogue.categories.get()))
      const tags = [tableTag('categories')]
      return raw(await fragment('navigation', [], render, { ttl: '1h', tags }))
    },

    async footer(settings: Settings): Promise<Html> {
      const render = (): string => rendered(renderFooter(settings))
      return raw(
        await fragment('footer', [settings.name, settings.tagline, settings.email], render),
      )
    },

    /** What sells best, beside every list. */
    async sidebar(): Promise<Html> {
      const render = async (): Promise<string> => {
        const products = await catalogue.bestSellers.get()
        tag(...tagsOf(products))
        return rendered(renderSidebar(products))
      }
      return raw(await fragment('sidebar', [], render, { ttl: '5m' }))
    },

    /** Others for about the same, without what this visitor has bought: for strangers and for each user apart. */
    async recommendations(user: User | undefined, product: Product): Promise<Html> {
      const render = async (): Promise<string> => {
        const [related, bought] = await Promise.all([
          catalogue.related.get(product),
          user === undefined ? ([] as number[]) : boughtBy(query, user.id),
        ])
        tag(...tagsOf([product, ...related]))
        return rendered(renderCards(related.filter(({ id }) => !bought.includes(id))))
      }
      const tags = user === undefined ? [] : [boughtTag(user.id)]
      return raw(await fragment('recommendations', [user?.id, product.id], render, { tags }))
    },

    /** One form for everybody; its token, which is one visitor's own, is put in each time. */
    async login(view: { next: string; failed: boolean }, token: string): Promise<Html> {
      const render = async (): Promise<string> =>
        rendered(renderLogin({ ...view, token: raw(await hole('token')) }))
      return raw(
        await fragment('login', [view.next, view.failed], render, {
          holes: { token: () => renderToken(token).toString() },
        }),
      )
    },

    /** An order was placed: its buyer is recommended other things. */
    async bought(userId: number): Promise<void> {
      await cache.invalidateTags([boughtTag(userId)])
    },
  }
}
