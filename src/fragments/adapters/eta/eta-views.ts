import { optionError } from '../../../base/errors.ts'
import { SourceFiles } from '../../source-files.ts'
import { Views, type ViewsOptions } from '../../views.ts'

export interface EtaViewsOptions extends ViewsOptions {
  /** A `new Eta({ views })`, whose folder has the templates. */
  readonly eta: object
  /** Renders by `renderAsync`: templates may await. Default false. */
  readonly async?: boolean
}

interface Eta {
  readonly config: { readonly views?: string; readonly defaultExtension?: string }
  render(name: string, data: object): string
  renderAsync(name: string, data: object): Promise<string>
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
  const { defaultExtension = '.eta', views } = engine?.config ?? {}
  if (typeof views !== 'string') throw optionError('eta', 'an Eta with a folder of views', eta)
  const files = new SourceFiles(views, defaultExtension, {
    includes: [/\b(?:include|includeAsync|layout)\(\s*["'`]([^"'`]+)["'`]/g],
    computed: [/\b(?:include|includeAsync)\(\s*[^"'`\s)]/],
  })
  return new Views(
    {
      render: (name, data) => (async ? engine.renderAsync(name, data) : engine.render(name, data)),
      read: (name, from) => files.read(name, from),
      list: () => files.list(),
    },
    rest,
  )
}
