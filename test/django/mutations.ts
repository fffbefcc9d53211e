// Pickles made strange: by a random sequence that is the same in every run.

/** Numbers from 0 to 2^32 - 1, the same for the same seed (xorshift). */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed | 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) % below
  }
}

/** Every opcode of protocols 0 to 5, the refused ones too. */
const OPCODES = Buffer.from(
  '(.012FIJKLMNPQRSTUVX]abcdeghijlopqrstu})BC\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91\x92\x93\x94\x95\x96\x97\x98',
  'latin1',
)

/** One to four changes of one of the pickles. */
export function mutated(corpus: readonly Buffer[], random: (below: number) => number): Buffer {
  const pick = (): Buffer => corpus[random(corpus.length)] as Buffer
  let bytes = Buffer.from(pick())
  for (let changes = 1 + random(4); changes > 0; changes--) bytes = changed(bytes, pick, random)
  return bytes
}

function changed(
  bytes: Buffer<ArrayBuffer>,
  pick: () => Buffer,
  random: (below: number) => number,
): Buffer<ArrayBuffer> {
  const at = random(bytes.byteLength + 1)
  const to = Math.min(bytes.byteLength, at + 1 + random(12))
  const [before, within, after] = [
    bytes.subarray(0, at),
    bytes.subarray(at, to),
    bytes.subarray(to),
  ]
  const opcode = OPCODES.subarray(random(OPCODES.byteLength)).subarray(0, 1)
  switch (random(8)) {
    case 0:
      if (at < bytes.byteLength) bytes[at] = (bytes[at] as number) ^ (1 << random(8))
      return bytes
    case 1:
      if (at < bytes.byteLength) bytes[at] = opcode[0] as number
      return bytes
    case 2:
      return Buffer.concat([before, opcode, within, after])
    case 3:
      return Buffer.concat([before, after])
    case 4:
      return Buffer.concat([before, within, within, after])
    case 5: {
      const other = pick()
      const start = random(other.byteLength)
      return Buffer.concat([before, other.subarray(start, start + 1 + random(40)), after])
    }
    case 6:
      if (at < bytes.byteLength) bytes[at] = [0, 1, 0x7f, 0x80, 0xff][random(5)] as number
      return bytes
    default:
      return random(4) === 0 ? Buffer.from(before) : Buffer.concat([before, pick(), after])
  }
}
