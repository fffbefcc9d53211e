// Which documents a filter names. Only an `_id` with one spelling for each value is taken: what MongoDB holds for equal must
// give the same text, or a change would miss the entries of the document that it changed.

/** Of BSON's own classes, as far as they are looked at: drivers of several versions may be installed side by side. */
interface BsonValue {
  readonly _bsontype?: unknown
  toHexString?(): string
  toString(): string
  valueOf(): unknown
}

/** An `_id` as text, or `undefined` if it is of a kind whose equal values may be written differently. */
export function idText(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number') return numberText(value)
  if (typeof value !== 'object' || value === null) return undefined
  const bson = value as BsonValue
  switch (bson._bsontype) {
    case 'ObjectId':
    case 'ObjectID':
      return bson.toHexString?.()
    case 'Int32':
    case 'Double':
      return numberText(Number(bson.valueOf()))
    case 'Long':
      return bson.toString()
    case 'Binary':
      // The 16 bytes of a UUID (subtype 4) have a class of their own; other bytes are not written as text.
      return (value as { sub_type?: unknown }).sub_type === 4 ? bson.toHexString?.() : undefined
    default:
      return undefined
  }
}

/** A whole number up to 2^53: beyond it a double and a long that are equal have different texts. */
function numberText(value: number): string | undefined {
  return Number.isSafeInteger(value) ? String(value) : undefined
}

/**
 * The ids that a filter restricts a command to; `undefined` if it may meet any document.
 *
 * @param collation of the command: under one that folds case, texts have many spellings
 */
export function idsIn(filter: unknown, collation?: unknown): string[] | undefined {
  if (typeof filter !== 'object' || filter === null || !('_id' in filter)) return undefined
  const wanted = filter._id as { readonly $eq?: unknown; readonly $in?: unknown } | null
  const values = namedBy(wanted)
  if (values === undefined) return undefined
  if (collation != null && values.some((value) => typeof value === 'string')) return undefined
  const ids = values.map(idText)
  return ids.every((id) => id !== undefined) ? ids : undefined
}

function namedBy(
  wanted: { readonly $eq?: unknown; readonly $in?: unknown } | null,
): readonly unknown[] | undefined {
  if (typeof wanted !== 'object' || wanted === null || '_bsontype' in wanted) return [wanted]
  if ('$eq' in wanted) return [wanted.$eq]
  return Array.isArray(wanted.$in) ? wanted.$in : undefined
}
