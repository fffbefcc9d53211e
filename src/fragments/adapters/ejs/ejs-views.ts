import { optionError } from '../../../base/errors.ts'
import type { TemplateFacts } from '../../digest.ts'
import { SourceFiles } from '../../source-files.ts'
import { type CodeViewsOptions, Views } from '../../views.ts'
import { type Ejs, readEjs } from './read-ejs.ts'

/** Where EJS and its views are, and how fragments are kept. */
export interface EjsViewsOptions extends CodeViewsOptions {
  /** The module: `import ejs from 'ejs'`. */
  readonly ejs: object
  /** The folder of the templates, `.ejs`. */
  readonly root: string
  /** For EJS itself, such as `{ async: true }`. Default none. */
  readonly options?: object
}

/**
 * Pages of EJS whose templates may write `<%- fragment('sidebar', [user.id], { ttl: 900 }) %>` and `<%- hole('csrf') %>`; each
 * is a template of its own.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function ejsViews(given: EjsViewsOptions): Views {
  const { ejs, options = {}, root, ...rest } = given
  const engine = ejs as Ejs
  if (typeof engine?.renderFile !== 'function' || typeof engine.Template !== 'function')
    throw optionError('ejs', "the module 'ejs'", ejs)
  const files = new SourceFiles(root, '.ejs')
  const cache = rest.watch === false
  return new Views(
    (code) => ({
      render: async (name, data) =>
        await engine.renderFile(files.pathOf(name), data, {
          root,
          views: [root],
          cache,
          ...options,
        }),
      async read(name, from): Promise<TemplateFacts | undefined> {
        const file = await files.read(name, from?.name)
        if (file === undefined) return undefined
        const helpers = new Map([['options', code.ofOptions(options)]])
        return { ...readEjs(engine, file.text, options), name: file.name, text: file.text, helpers }
      },
      list: () => files.list(),
      fromRoot: (name) => `/${name}`,
    }),
    rest,
  )
}
