// The menu: every page of docs/ stands in it once; the build fails for one that is forgotten.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DefaultTheme } from 'vitepress'

const docs = join(import.meta.dirname, '../docs')

/** Pages by what they are about. A name that ends in `/*` is a folder in the order of the alphabet. */
const CHAPTERS: Readonly<Record<string, readonly string[]>> = {
  'Start here': ['start', 'what-not-to-cache', 'guarantees'],
  Cookbook: ['cookbook', 'cookbook/*'],
  'Coming from elsewhere': ['django', 'migrating/*', 'drop-ins', 'drop-ins/*'],
  'The cache': ['get-or-set', 'define', 'request-memo', 'near', 'locks', 'outages', 'transactions'],
  Stores: ['stores/*', 'codecs'],
  Pages: ['http', 'http/*', 'next'],
  Fragments: ['fragments', 'fragments/*'],
  'Data changes': ['data', 'data/*'],
  Strategies: ['strategies', 'strategies/*'],
  Sessions: ['sessions', 'sessions/*'],
  Seeing: ['dashboard', 'advice', 'metrics', 'metrics/*', 'channels', 'fleet', 'command-line'],
  Measured: ['benchmarks/README', 'benchmarks/*'],
  Reference: ['options', 'errors', 'testing', 'glossary', 'peers', 'model'],
  Decisions: ['decisions/README', 'decisions/*'],
}

export function menu(): Pick<DefaultTheme.Config, 'nav' | 'sidebar'> {
  const left = new Set(
    readdirSync(docs, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md') && file !== 'index.md')
      .map((file) => file.replaceAll('\\', '/').slice(0, -'.md'.length)),
  )
  const sidebar = Object.entries(CHAPTERS).map(([text, names], index) => ({
    text,
    collapsed: index > 1,
    items: names
      .flatMap((name) => (name.endsWith('/*') ? within(name.slice(0, -1), left) : [name]))
      .filter((page) => left.delete(page))
      .map((page) => ({ text: titleOf(page), link: `/${page.replace(/README$/, '')}` })),
  }))
  if (left.size > 0)
    throw new Error(`Not in the menu (site/menu.ts): ${[...left].join(', ')}. Which chapter?`)
  return {
    sidebar,
    nav: [
      { text: 'Guarantees', link: '/guarantees' },
      { text: 'Strategies', link: '/strategies' },
      { text: 'Reference', link: '/options' },
    ],
  }
}

function within(folder: string, pages: ReadonlySet<string>): string[] {
  return [...pages].filter((page) => page.startsWith(folder)).toSorted()
}

function titleOf(page: string): string {
  const [, title = page] = /^# (.+)$/m.exec(readFileSync(join(docs, `${page}.md`), 'utf8')) ?? []
  return title.replaceAll('`', '')
}
