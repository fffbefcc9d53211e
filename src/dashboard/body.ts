/** An act is a few words; what is longer is none. */
const MOST_BYTES = 65_536

/** The text of a body; `undefined` when it is longer than any form of ours. */
export async function shortText(
  body: AsyncIterable<Uint8Array> | null,
): Promise<string | undefined> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > MOST_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
