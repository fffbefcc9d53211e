// What may be done to a body on its way. RFC 9110 §7.7.
import { fieldLines, type FieldList, hasField } from './fields.ts'

/** Text in its many forms, and the few other types that shrink. */
const COMPRESSIBLE =
  /^[ \t]*(?:text\/(?!event-stream)|application\/(?:javascript|json|xml|ecmascript|wasm|x-javascript|manifest\+json|vnd\.ms-fontobject)[ \t]*(?:;|$)|image\/(?:bmp|x-icon|vnd\.microsoft\.icon)[ \t]*(?:;|$)|font\/(?:otf|ttf)[ \t]*(?:;|$)|[^;,/ \t]+\/[^;,/ \t]+\+(?:json|xml|text)[ \t]*(?:;|$))/i

/** What no compressor of any framework touches of its own accord, because it is compressed already. */
const LEFT_ALONE =
  /^[ \t]*(?:audio\/(?:aac|flac|mp4|mpeg|ogg|webm)|video\/(?:mp4|mpeg|ogg|quicktime|webm)|image\/(?:avif|gif|jpeg|png|webp)|font\/woff2?|application\/(?:gzip|pdf|zip))[ \t]*(?:;|$)/i

// Digests of the bytes that are sent, which a coding changes. RFC 9530, RFC 3230, RFC 2616 §14.15
const DIGESTS = ['content-digest', 'repr-digest', 'digest', 'content-md5']

/**
 * Whether the cache may compress this page: it is of a type that shrinks, has no coding yet and no digest of its bytes, and
 * nobody said `no-transform`, in whatever spelling.
 */
export function isCompressible(fields: FieldList): boolean {
  const types = fieldLines(fields, 'content-type')
  if (types.length !== 1 || !COMPRESSIBLE.test(types[0] as string)) return false
  if (hasField(fields, 'content-encoding') || hasField(fields, 'content-range')) return false
  if (DIGESTS.some((name) => hasField(fields, name))) return false
  const said = ['cache-control', 'cdn-cache-control', 'pragma'].flatMap((name) => {
    return fieldLines(fields, name)
  })
  return !said.some((line) => /no-?transform/i.test(line))
}

/**
 * Whether a compressor between the cache and the client is sure to leave the body as it is, whatever the client accepts: it
 * has a coding, its type is one that they leave alone, or the page says `no-transform` as all of them read it.
 */
export function isLeftAlone(fields: FieldList): boolean {
  const coded = fieldLines(fields, 'content-encoding').some((line) => {
    return line.trim() !== '' && line.trim().toLowerCase() !== 'identity'
  })
  if (coded) return true
  const types = fieldLines(fields, 'content-type')
  if (types.length === 1 && LEFT_ALONE.test(types[0] as string)) return true
  return fieldLines(fields, 'cache-control').some((line) => {
    return line.split(',').some((member) => member.trim() === 'no-transform')
  })
}
