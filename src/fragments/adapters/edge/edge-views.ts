import { optionError } from '../../../base/errors.ts'
import { type CodeViewsOptions, Views } from '../../views.ts'
import { EdgeTemplates } from './edge-templates.ts'
import type { Edge } from './edge-types.ts'

/** Edge itself, and how fragments are kept. */
export interface EdgeViewsOptions extends CodeViewsOptions {
  /** An `Edge.create()`, in which the folders of the templates are mounted. */
  readonly edge: object
}

/**
 * Pages of Edge whose templates may write `{{{ fragment('sidebar', [user.id], { ttl: 900 }) }}}` and `{{{ hole('csrf') }}}`;
 * each is a template of its own. Components, which see only their props, are to be given them.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function edgeViews(given: EdgeViewsOptions): Views {
  const { edge, ...rest } = given
  const engine = edge as Edge
  if (typeof engine?.render !== 'function' || typeof engine.loader?.makePath !== 'function')
    throw optionError('edge', 'an Edge of edge.js', edge)
  return new Views((code) => {
    const templates = new EdgeTemplates(engine, code)
    return {
      render: (name, data) => engine.render(name.replace(/\.edge$/, ''), data),
      read: async (name) => templates.read(name),
      list: () => templates.list(),
      globals: () => engine.globals,
    }
  }, rest)
}
