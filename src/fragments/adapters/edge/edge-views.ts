import { optionError } from '../../../base/errors.ts'
import { SourceFiles } from '../../source-files.ts'
import { Views, type ViewsOptions } from '../../views.ts'

export interface EdgeViewsOptions extends ViewsOptions {
  /** An `Edge.create()`, in which `root` is mounted. */
  readonly edge: object
  /** The folder of the templates, `.edge`. */
  readonly root: string
}

interface Edge {
  render(name: string, data: object): Promise<string>
}

/**
 * Pages of Edge whose templates may write `{{{ fragment('sidebar', [user.id], { ttl: 900 }) }}}` and `{{{ hole('csrf') }}}`;
 * each is a template of its own. Components, which see only their props, are to be given them.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function edgeViews(given: EdgeViewsOptions): Views {
  const { edge, root, ...rest } = given
  const engine = edge as Edge
  if (typeof engine?.render !== 'function') throw optionError('edge', 'an Edge of edge.js', edge)
  const files = new SourceFiles(root, '.edge', {
    includes: [
      /@!?(?:include|component|layout)\(\s*["'`]([^"'`]+)["'`]/g,
      /@!?include(?:If|When)\([^,\n]+,\s*["'`]([^"'`]+)["'`]/g,
    ],
    computed: [/@!?(?:include|component)\(\s*[^"'`\s)]/],
  })
  return new Views(
    {
      render: (name, data) => engine.render(name.replace(/\.edge$/, ''), data),
      read: (name, from) => files.read(name, from),
      list: () => files.list(),
    },
    rest,
  )
}
