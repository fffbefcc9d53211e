// Which of a cluster's 16,384 slots a key belongs to. Source: the Redis Cluster specification, "Key distribution model".

export const SLOTS = 16_384

const TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x80_00 ? (crc << 1) ^ 0x10_21 : crc << 1
  return crc & 0xff_ff
})

/** CRC16 (XMODEM) of the key, or of what stands in its first braces if that is not empty. */
export function slotOf(key: string): number {
  const bytes = Buffer.from(hashed(key))
  let crc = 0
  for (const byte of bytes) crc = ((crc << 8) & 0xff_ff) ^ (TABLE[((crc >> 8) ^ byte) & 0xff] ?? 0)
  return crc % SLOTS
}

function hashed(key: string): string {
  const open = key.indexOf('{')
  if (open === -1) return key
  const close = key.indexOf('}', open + 1)
  return close > open + 1 ? key.slice(open + 1, close) : key
}
