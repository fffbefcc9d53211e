import { optionError } from '../../../base/errors.ts'
import { type CodeViewsOptions, Views } from '../../views.ts'
import { EtaTemplates } from './eta-templates.ts'
import type { Eta } from './eta-types.ts'

/** Where Eta and its views are, and how fragments are kept. */
export interface EtaViewsOptions extends CodeViewsOptions {
  /** A `new Eta({ views })`, whose folder has the templates. */
  readonly eta: object
  /** Renders by `renderAsync`: templates may await. Default false. */
  readonly async?: boolean
}

/**
 * Pages of Eta whose templates may write `<%~ it.fragment('sidebar', [it.user.id], { ttl: 900 }) %>` and
 * `<%~ it.hole('csrf') %>`; each is a template of its own.
 *
 * @throws {CacheError} `E_OPTION`
 */
export function etaViews(given: EtaViewsOptions): Views {
  const { async = false, eta, ...rest } = given
  const engine = eta as Eta
  const { views } = engine?.config ?? {}
  if (typeof views !== 'string' || typeof engine.parse !== 'function')
    throw optionError('eta', 'an Eta with a folder of views', eta)
  return new Views((code) => {
    const templates = new EtaTemplates(engine, views, code, async)
    return {
      render: (name, data) => (async ? engine.renderAsync(name, data) : engine.render(name, data)),
      read: async (name, from) => templates.read(name, from),
      list: () => templates.list(),
      fromRoot: (name) => (name.startsWith('@') ? name : `/${name}`),
    }
  }, rest)
}
