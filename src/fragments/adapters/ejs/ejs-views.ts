import { optionError } from '../../../base/errors.ts'
import { SourceFiles } from '../../source-files.ts'
import { Views, type ViewsOptions } from '../../views.ts'

export interface EjsViewsOptions extends ViewsOptions {
  /** The module: `import ejs from 'ejs'`. */
  readonly ejs: object
  /** The folder of the templates, `.ejs`. */
  readonly root: string
  /** For EJS itself, such as `{ async: true }`. Default none. */
  readonly options?: object
}

interface Ejs {
  renderFile(file: string, data: object, options: object): Promise<string>
}

/**
 * Pages of EJS whose templates may write `<%- fragment('sidebar', [user.id], { ttl: 900 }) %>` and `<%- hole('csrf') %>`; each
 * is a template of its own.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function ejsViews(given: EjsViewsOptions): Views {
  const { ejs, options, root, ...rest } = given
  const { renderFile } = (ejs ?? {}) as Partial<Ejs>
  if (typeof renderFile !== 'function') throw optionError('ejs', "the module 'ejs'", ejs)
  const files = new SourceFiles(root, '.ejs', {
    includes: [/\binclude\(\s*["'`]([^"'`]+)["'`]/g],
    computed: [/\binclude\(\s*[^"'`\s)]/],
  })
  const cache = rest.watch === false
  return new Views(
    {
      render: async (name, data) =>
        await renderFile.call(ejs, files.pathOf(name), data, {
          root,
          views: [root],
          cache,
          ...options,
        }),
      read: (name, from) => files.read(name, from),
      list: () => files.list(),
    },
    rest,
  )
}
