import { optionError } from '../base/errors.ts'

/** By name of a helper, filter or function: what it counts by in digests, besides its source. */
export type HelperVersions = Readonly<Record<string, string>>

type Code = (...given: never[]) => unknown

/** What the source of a function says that has none: bound ones, and those of the engine beneath. */
const NATIVE = /\{\s*\[native code\]\s*\}\s*$/

/** The text of a function; `undefined` for one that has none of its own. */
export function sourceOf(code: Code): string | undefined {
  const source = Function.prototype.toString.call(code)
  return NATIVE.test(source) ? undefined : source
}

/** The code of helpers as digests count it: a helper that has changed makes its fragments new. */
export class HelperCode {
  readonly #versions: HelperVersions
  readonly #warned = new Set<string>()
  readonly #known = new WeakMap<Code, { readonly name: string; readonly code: string }>()

  /** @throws {CacheError} `E_OPTION` */
  constructor(versions: HelperVersions = {}) {
    const isMap = typeof versions === 'object' && versions !== null && !Array.isArray(versions)
    if (!isMap || !Object.values(versions).every((version) => typeof version === 'string'))
      throw optionError('helperVersions', "texts by name, such as { money: '2' }", versions)
    this.#versions = versions
  }

  /** @param name by which templates call it */
  of(name: string, helper: unknown): string {
    const known = this.#known.get(helper as Code)
    if (known?.name === name) return known.code
    const code = this.#codeOf(name, helper)
    this.#known.set(helper as Code, { name, code })
    return code
  }

  #codeOf(name: string, helper: unknown): string {
    const version = Object.hasOwn(this.#versions, name) ? this.#versions[name] : undefined
    const source = sourceOf(helper as Code)
    const isNative = source === undefined
    if (isNative && version === undefined && !isBuiltIn(helper)) this.#warn(name)
    return JSON.stringify([version, source ?? 'native'])
  }

  /** Options of an engine, of which every template is a product: plain values and code. */
  ofOptions(options: object): string {
    const seen = new Set<unknown>()
    return JSON.stringify(options, (key, value: unknown) => {
      if (typeof value === 'function') return this.of(key, value)
      if (typeof value === 'bigint' || value instanceof RegExp) return String(value)
      if (typeof value !== 'object' || value === null) return value
      if (seen.has(value)) return undefined
      seen.add(value)
      return value
    })
  }

  #warn(name: string): void {
    if (process.env['NODE_ENV'] === 'production' || this.#warned.has(name)) return
    this.#warned.add(name)
    process.emitWarning(
      `The source of '${name}' says nothing, as that of what bind() returns: when it changes, fragments that call it are not rendered anew. Give helperVersions: { '${name}': '1' } and change that with it, or call it within a function of your own.`,
      { type: 'BreakwaterWarning', code: 'BREAKWATER_HELPER_SOURCE' },
    )
  }
}

let builtIns: Set<unknown> | undefined

/** Functions of the language, such as `Math.abs`: no deploy changes them. */
function isBuiltIn(helper: unknown): boolean {
  builtIns ??= new Set(
    ownValues(globalThis).flatMap((value) => [value, ...ownValues(value), ...prototypeOf(value)]),
  )
  return builtIns.has(helper)
}

function prototypeOf(value: unknown): unknown[] {
  return ownValues((Object(value) as { readonly prototype?: unknown }).prototype)
}

/** Without running a getter. */
function ownValues(object: unknown): unknown[] {
  const isObject = (typeof object === 'object' && object !== null) || typeof object === 'function'
  if (!isObject) return []
  return Object.values(Object.getOwnPropertyDescriptors(object)).map(
    (property: PropertyDescriptor) => property.value as unknown,
  )
}
