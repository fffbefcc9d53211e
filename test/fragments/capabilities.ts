// What an engine of templates cannot do, and what is done instead: the one table of it. docs/fragments.md prints it, and the
// suites assert of each line what happens there.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

interface Lack {
  /** What others can. */
  readonly what: string
  readonly engines: readonly string[]
  readonly instead: string
}

const JSX = ['Hono JSX', 'React']

export const LACKS = {
  names: {
    what: 'Find what is one visitor’s own by its name, in every branch',
    engines: JSX,
    instead: 'Found is what `perRequest` has marked, when it is read',
  },
  branches: {
    what: 'Count what is included in a branch that is not taken, or in the other half of a choice',
    engines: JSX,
    instead: 'A fragment counts the components that it was rendered by',
  },
  helpers: {
    what: 'Count the functions that are called',
    engines: JSX,
    instead: 'Components count; what else they call does not: `version`',
  },
  declared: {
    what: 'Declare a dependency in a comment',
    engines: JSX,
    instead:
      'Nothing is to be declared: a component whose name is computed counts when it is shown',
  },
  isOther: {
    what: 'Count options of the engine',
    engines: ['Handlebars', 'Edge', ...JSX],
    instead: 'There is none that changes what a template shows',
  },
  includeEither: {
    what: 'Choose within an expression what is included',
    engines: ['LiquidJS', 'Handlebars'],
    instead: 'A condition around two includes',
  },
  includeIn: {
    what: 'Compute the end of the name of what is included',
    engines: ['Handlebars'],
    instead: '`Template Dependency: cards/*` in a comment',
  },
  autoescape: {
    what: '`{% autoescape %}` of Django',
    engines: ['Nunjucks', 'LiquidJS'],
    instead: 'An error names the tag. `safe` in Nunjucks, `raw` in LiquidJS, for each value',
  },
  commentBlock: {
    what: '`{% comment %}` of Django',
    engines: ['Nunjucks'],
    instead: 'An error names the tag. `{# … #}`',
  },
  commentSigns: {
    what: '`{# … #}` of Django',
    engines: ['LiquidJS'],
    instead: '`{% comment %}`: what stands between the signs is shown',
  },
  safe: {
    what: '`safe` of Django',
    engines: ['LiquidJS'],
    instead: 'It does nothing there. `raw`, or register it',
  },
  extends: {
    what: '`{% extends %}` of Django',
    engines: ['LiquidJS'],
    instead: 'An error names the tag. `{% layout %}`',
  },
} as const satisfies Readonly<Record<string, Lack>>

export type Capability = keyof typeof LACKS

/** Whether an engine has no words for something. */
export function lacks(engine: string, capability: Capability): boolean {
  return (LACKS[capability].engines as readonly string[]).includes(engine)
}

/** The lines of the table as docs/fragments.md has to have them. */
export const LINES: readonly string[] = Object.values(LACKS).map(
  ({ engines, instead, what }) => `| ${what} | ${engines.join(', ')} | ${instead} |`,
)

export const DOCS: string = readFileSync(
  join(import.meta.dirname, '../../docs/fragments.md'),
  'utf8',
)
