// What a hole may be put into. Its text is markup, as its template made it: in anything else it would break what is around it.
import { fieldLines, type FieldList } from '../rules/fields.ts'

export interface Medium {
  /** The page can be kept with its holes. */
  readonly isKept: boolean
  /** Nothing that was put into the page can be found in it. */
  readonly isCoded: boolean
  /** The text of a hole as it stands in such a body. */
  readonly encode: (text: string) => Buffer
}

const MARKUP =
  /^[ \t]*(?:text\/(?:html|xml|plain)|application\/xml|[^;,/ \t]+\/[^;,/ \t]+\+xml)[ \t]*(?:;|$)/i
const QUOTED =
  /^[ \t]*(?:application\/(?:json|javascript|x-ndjson)|text\/(?:javascript|event-stream)|[^;,/ \t]+\/[^;,/ \t]+\+json)[ \t]*(?:;|$)/i
const CHARSET = /;[ \t]*charset[ \t]*=[ \t]*"?([^\s;"]+)/i
const LATIN = new Set(['iso-8859-1', 'latin1', 'windows-1252', 'us-ascii'])

export function mediumOf(fields: FieldList): Medium {
  const types = fieldLines(fields, 'content-type')
  const [type = ''] = types
  const charset = CHARSET.exec(type)?.[1]?.toLowerCase() ?? 'utf-8'
  const isCoded = fieldLines(fields, 'content-encoding').some(
    (line) => !/^\s*(identity)?\s*$/i.test(line),
  )
  return {
    isCoded,
    isKept: types.length === 1 && MARKUP.test(type) && charset === 'utf-8' && !isCoded,
    encode: (text) => {
      // A page that was put into a string: what stands there for it is in quotes.
      const written = QUOTED.test(type) ? JSON.stringify(text).slice(1, -1) : text
      return Buffer.from(written, LATIN.has(charset) ? 'latin1' : 'utf8')
    },
  }
}
