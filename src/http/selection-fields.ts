// What is said on an answer of how it was selected, besides what its view says: for caches outside of this one.
import { varyFields } from './reads.ts'
import { fieldLines, type FieldList, hasField } from './rules/fields.ts'
import { parseVary } from './rules/vary.ts'

/**
 * Fields for a page that is kept: `[name, value, …]`.
 *
 * @param about `selecting`: all that selects it; `declared`: what its own Vary names
 */
export function selectionFields(
  fields: FieldList,
  about: {
    readonly selecting: readonly string[]
    readonly declared: readonly string[]
    /** It is one user's: other caches must not share it. */
    readonly personal: boolean
    readonly mayBeCoded: boolean
  },
): readonly string[] {
  const { declared, mayBeCoded, personal } = about
  const added: string[] = personal ? [...personalFields(fields)] : []
  const selecting = varyFields(about.selecting)
  for (const name of selecting) if (!declared.includes(name)) added.push('Vary', name)
  // RFC 9110 §12.5.5: also on what is sent without a coding.
  if (!selecting.includes('accept-encoding') && mayBeCoded) added.push('Vary', 'Accept-Encoding')
  return added
}

/** On a page that is one user's: other caches must not share it. */
export function personalFields(fields: FieldList): readonly string[] {
  // A CDN would hear this one and not the other.
  const targeted = hasField(fields, 'cdn-cache-control') ? ['CDN-Cache-Control', 'private'] : []
  return ['Cache-Control', 'private', ...targeted]
}

/** What the view's route has said to vary on is said also where the page is not kept here: others may keep it. */
export function declaredVary(fields: FieldList, declared: Iterable<string>): readonly string[] {
  const said = parseVary(fieldLines(fields, 'vary'))
  if (said === '*') return []
  const missing = varyFields(declared).filter((name) => !said.includes(name))
  return missing.flatMap((name) => ['Vary', name])
}
