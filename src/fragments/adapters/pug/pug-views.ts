import { relative } from 'node:path'
import { optionError } from '../../../base/errors.ts'
import type { TemplateFacts } from '../../digest.ts'
import { SourceFiles } from '../../source-files.ts'
import { Views, type ViewsOptions } from '../../views.ts'

export interface PugViewsOptions extends ViewsOptions {
  /** The module: `import pug from 'pug'`. */
  readonly pug: object
  /** The folder of the templates, `.pug`. */
  readonly root: string
  /** For Pug itself, such as `{ filters }`. Default none. */
  readonly options?: object
}

interface Pug {
  renderFile(file: string, options: object): string
  compileFile(file: string, options: object): { readonly dependencies?: readonly string[] }
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
  // What it includes and extends is in the tree that Pug makes of it.
  const files = new SourceFiles(root, '.pug', { includes: [], computed: [] })
  const cache = rest.watch === false
  return new Views(
    {
      render: (name, data) =>
        engine.renderFile(files.pathOf(name), { ...data, basedir: root, cache, ...options }),
      async read(name, from): Promise<TemplateFacts | undefined> {
        const facts = await files.read(name, from)
        if (facts === undefined) return undefined
        const path = files.pathOf(facts.name)
        const { dependencies = [] } = engine.compileFile(path, { basedir: root, ...options })
        const includes = dependencies.map((each) => `/${relative(root, each)}`)
        return { ...facts, includes: [...facts.includes, ...includes] }
      },
      list: () => files.list(),
    },
    rest,
  )
}
