import type { Context } from 'hono'
import type { Dashboard } from 'breakwater/dashboard'
import type { CachedPages } from './cached-pages.ts'
import type { Catalogue } from './catalogue.ts'
import type { StockReader } from './data/stock.ts'
import type { Database } from './database/database.ts'
import type { Html } from './html.ts'
import { renderAccount, renderPage } from './pages/layout.ts'
import type { Parts } from './parts.ts'
import type { Jobs } from './jobs/jobs.ts'
import type { MailService } from './mails/stand-in.ts'
import { renderMessage } from './pages/message.ts'
import type { Session, Sessions } from './sessions.ts'

/** What the routes work with. */
export interface Shop {
  readonly database: Database
  readonly catalogue: Catalogue
  readonly cachedPages: CachedPages
  readonly board: Dashboard
  readonly parts: Parts
  readonly stock: StockReader
  readonly sessions: Sessions
  readonly jobs: Jobs
  readonly mails: MailService
}

export interface Env {
  Variables: {
    /** `undefined` for strangers, and while sessions are away. */
    session: Session | undefined
    sessionsAway: boolean
  }
}

/** Sends `main` with the shop's frame around it. */
export async function sendPage(
  c: Context<Env>,
  shop: Shop,
  page: {
    title: string
    main: Html
    search?: string
    script?: string
    /** Who is here, in a page that is kept. Default: as it is now. */
    account?: Html | undefined
  },
): Promise<Response> {
  const settings = await shop.catalogue.settings.get()
  const [navigation, footer] = await Promise.all([
    shop.parts.navigation(),
    shop.parts.footer(settings),
  ])
  const account = page.account ?? renderAccount(c.get('session'))
  return c.html(renderPage({ settings, navigation, footer, account }, page).toString())
}

export async function sendMessage(
  c: Context<Env>,
  shop: Shop,
  message: { status: 403 | 404 | 503; title: string; text: string },
): Promise<Response> {
  c.status(message.status)
  return await sendPage(c, shop, {
    title: message.title,
    main: renderMessage(message.title, message.text),
  })
}

/** For what must not be guessed while Redis, where sessions are, is away. */
export async function sendSessionsAway(c: Context<Env>, shop: Shop): Promise<Response> {
  c.header('retry-after', '5')
  return await sendMessage(c, shop, {
    status: 503,
    title: 'One moment',
    text: 'We cannot reach your cart right now. It is safe: please try again in a moment.',
  })
}

export async function sendNotFound(c: Context<Env>, shop: Shop): Promise<Response> {
  return await sendMessage(c, shop, {
    status: 404,
    title: 'Not here',
    text: 'There is no such page, or not any more.',
  })
}

/** Page numbers come from strangers: anything but a small whole number is the first page. */
export function pageNumber(text: string | undefined): number {
  const page = Number(text)
  return Number.isInteger(page) && page >= 1 && page <= 1_000 ? page : 1
}

/** The number with which a path segment or a form field begins, if it can be the id of anything. */
export function idFrom(text: unknown): number | undefined {
  const digits = typeof text === 'string' ? /^[1-9]\d{0,8}(?!\d)/.exec(text) : null
  return digits ? Number(digits[0]) : undefined
}
