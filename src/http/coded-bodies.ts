// Compressed bodies of a page, made once: when a fill ends, within the load, so that they are a part of what it stores. What
// overtakes the page overtakes them; a body can never be another page's; and as one load runs in the fleet, each is made once.
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { CompressPolicy } from './compress-option.ts'
import type { CodedBody, Coding, StoredPage } from './record.ts'
import { fieldLines, type FieldList } from './rules/fields.ts'
import { readableCodings } from './rules/negotiation.ts'
import { isCompressible } from './rules/transforms.ts'

// Off the event loop.
const gzipped = promisify(gzip)
const brotlied = promisify(brotliCompress)

/** What does not become this much smaller is not worth its memory. */
const WORTH_IT = 0.9
/** Of `maxBodyBytes`, for all bodies of a page: what a store makes of bytes may be a third longer (base64). */
const SHARE = 2 / 3

/** Whether a page may get coded bodies, as far as its head tells; its answers then vary on Accept-Encoding. */
export function mayBeCoded(fields: FieldList, { minBytes }: CompressPolicy): boolean {
  const [length] = fieldLines(fields, 'content-length')
  return (length === undefined || Number(length) >= minBytes) && isCompressible(fields)
}

/**
 * The page with its coded bodies. Where Accept-Encoding is a part of its key, only those that its clients can read. One that
 * fails is left out.
 */
export async function withCodedBodies(
  page: StoredPage,
  policy: CompressPolicy,
  maxBodyBytes: number,
  onError: (error: unknown) => void,
): Promise<StoredPage> {
  let room = maxBodyBytes * SHARE - page.body.length
  if (room <= 0 || page.body.length < policy.minBytes || !mayBeCoded(page.fields, policy)) {
    return page
  }
  const keyed = page.vary.find(([name]) => name === 'accept-encoding')
  const { encodings } = policy
  const codings =
    keyed === undefined ? encodings : readableCodings(keyed[1] ?? undefined, encodings)
  const coded: CodedBody[] = []
  for (const { coding, body } of await Promise.all(codings.map((each) => code(each)))) {
    if (body === undefined || body.length > page.body.length * WORTH_IT) continue
    if (body.length > room) continue
    room -= body.length
    coded.push({ coding, body })
  }
  return { ...page, coded }

  async function code(
    coding: Coding,
  ): Promise<{ readonly coding: Coding; readonly body: Buffer | undefined }> {
    try {
      return { coding, body: await compressed(page, coding, policy) }
    } catch (error) {
      onError(error)
      return { coding, body: undefined }
    }
  }
}

async function compressed(
  { body }: StoredPage,
  coding: Coding,
  { levels }: CompressPolicy,
): Promise<Buffer> {
  if (coding === 'gzip') return await gzipped(body, { level: levels.gzip })
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants
  const params = { [BROTLI_PARAM_QUALITY]: levels.br, [BROTLI_PARAM_SIZE_HINT]: body.length }
  return await brotlied(body, { params })
}
