/**
 * All bytes of a stream, or `undefined` when there are more than `most`: then it is cancelled.
 *
 * @throws what the stream fails with
 */
export async function bytesOf(
  stream: ReadableStream<Uint8Array>,
  most: number,
): Promise<Buffer | undefined> {
  const reader = stream.getReader()
  const chunks: Uint8Array[] = []
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return Buffer.concat(chunks)
    bytes += value.byteLength
    if (bytes > most) {
      reader.cancel('It is larger than maxEntryBytes.').catch(() => {})
      return undefined
    }
    chunks.push(value)
  }
}

/** The bytes as a stream of their own. */
export function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      // A copy, because readers may transfer what they get.
      controller.enqueue(new Uint8Array(bytes))
      controller.close()
    },
  })
}
