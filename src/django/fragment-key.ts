import { createHash } from 'node:crypto'
import { optionError } from '../base/errors.ts'
import { type KeyValue, pythonStr } from './python-text.ts'

/** Which of Django's recipes makes the key. */
export interface FragmentKeyOptions {
  /**
   * How Django joins what a fragment varies on. `'legacy'` (default): up to 6.0, and there `['a', 'b']` and `['a:b']` are one
   * key. `'framed'`: its main branch since June 2026.
   */
  readonly recipe?: 'legacy' | 'framed' | undefined
}

/**
 * The key of a template fragment, before prefix and version: Django's `make_template_fragment_key`.
 *
 * What is under it is a `SafeString`: {@link PySafeString}.
 *
 * @param name the fragment's name in the template
 * @param varyOn what it varies on, in order; each as Python's `str` shows it. Default: nothing
 * @throws {CacheError} `E_KEY` for a value whose text in Python is not known here, `E_OPTION`
 */
export function makeFragmentKey(
  name: string,
  varyOn: readonly KeyValue[] = [],
  options: FragmentKeyOptions = {},
): string {
  const { recipe = 'legacy' } = options
  if (recipe !== 'legacy' && recipe !== 'framed')
    throw optionError('recipe', "'legacy' or 'framed'", recipe)
  const hash = createHash('md5')
  for (const value of varyOn) {
    const text = pythonStr(value)
    hash.update(recipe === 'legacy' ? `${text}:` : `${Buffer.byteLength(text)}:${text},`)
  }
  return `template.cache.${name}.${hash.digest('hex')}`
}
