import { extname, relative } from 'node:path'
import { optionError } from '../../../base/errors.ts'
import type { TemplateFacts } from '../../digest.ts'
import type { HelperCode } from '../../helper-code.ts'
import { type SourceFile, SourceFiles } from '../../source-files.ts'
import { type CodeViewsOptions, Views } from '../../views.ts'
import type { Pug, PugNode } from './pug-types.ts'
import { PugReading } from './read-pug.ts'

/** Where Pug and its views are, and how fragments are kept. */
export interface PugViewsOptions extends CodeViewsOptions {
  /** The module: `import pug from 'pug'`. */
  readonly pug: object
  /** The folder of the templates, `.pug`. */
  readonly root: string
  /** For Pug itself, such as `{ filters }`. Default none. */
  readonly options?: object
}

interface PugOptions {
  readonly filters?: Readonly<Record<string, unknown>>
  readonly plugins?: readonly object[]
}

/**
 * Pages of Pug whose templates may write `!= fragment('sidebar', [user.id], { ttl: 900 })` and `!= hole('csrf')`; each is a
 * template of its own, because loop variables of Pug have their last value when a block is rendered later.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function pugViews(given: PugViewsOptions): Views {
  const { options = {}, pug, root, ...rest } = given
  const engine = pug as Pug
  if (typeof engine?.compileFile !== 'function') throw optionError('pug', "the module 'pug'", pug)
  const files = new SourceFiles(root, '.pug')
  const cache = rest.watch === false
  return new Views(
    (code) => ({
      render: (name, data) =>
        engine.renderFile(files.pathOf(name), { ...data, basedir: root, cache, ...options }),
      async read(name, from): Promise<TemplateFacts | undefined> {
        const file = await files.read(name, from?.name)
        return file === undefined ? undefined : readPug(engine, file, root, options, code)
      },
      list: () => files.list(),
      fromRoot: (name) => `/${name}`,
    }),
    rest,
  )
}

/** What it includes and extends is what Pug says that it has read; the rest is in the tree that Pug makes of it. */
function readPug(
  pug: Pug,
  { name, path, text }: SourceFile,
  root: string,
  options: PugOptions,
  code: HelperCode,
): TemplateFacts {
  const { filters = {}, plugins = [], ...more } = options
  const helpers = new Map([['options', code.ofOptions({ ...more, plugins })]])
  const plain: TemplateFacts = { name, text, includes: [], computed: false, helpers }
  // A text or a style sheet that is put in as it is.
  if (extname(path) !== '.pug') return plain
  const reading = new PugReading(path)
  const plugin = {
    postLoad(tree: PugNode): PugNode {
      reading.visit(tree)
      return tree
    },
  }
  let dependencies: readonly string[]
  try {
    const compiled = pug.compileFile(path, {
      basedir: root,
      ...options,
      plugins: [...plugins, plugin],
    })
    dependencies = compiled.dependencies ?? []
  } catch {
    // Pug itself says what is wrong when it is rendered.
    return { ...plain, unreadable: true }
  }
  for (const filter of reading.filters) {
    const found = { ...pug.filters, ...filters }[filter]
    if (typeof found === 'function') helpers.set(`:${filter}`, code.of(filter, found))
  }
  const facts = reading.code.facts()
  const included = dependencies.map((each) => `/${relative(root, each)}`)
  return { ...plain, ...facts, includes: [...facts.includes, ...included] }
}
