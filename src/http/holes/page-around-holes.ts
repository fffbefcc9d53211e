import { createHash } from 'node:crypto'
import type { StoredPage } from '../record.ts'
import { withoutFields } from '../rules/fields.ts'
import { editAroundHoles } from './fields.ts'
import type { Marks } from './marks.ts'

/**
 * A page that was made with marks in it, as it is kept. Its view cannot be asked whether it is still right, and it stands in
 * for no error: what would be sent then is not known before its holes are rendered.
 *
 * @returns `undefined` when something has changed a mark
 */
export function pageAroundHoles(page: StoredPage, marks: Marks): StoredPage | undefined {
  const kept = marks.keep(page.body)
  if (kept === undefined) return undefined
  const { body, places } = kept
  const { add, drop } = editAroundHoles(page.fields)
  const hash = createHash('sha256').update(body)
  for (const { at } of places) hash.update(`:${at}`)
  return {
    ...page,
    fields: [...withoutFields(page.fields, new Set(drop)), ...add],
    body,
    holes: { places, digest: hash.digest('base64url') },
    validators: [],
    errorUntil: page.freshUntil,
  }
}
