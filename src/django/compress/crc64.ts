// CRC-64 of ECMA-182, reflected: the check of .xz data. In two halves, because bigints are slow.
const POLYNOMIAL_HIGH = 0xc96c_5795
const POLYNOMIAL_LOW = 0xd787_0f42

const HIGH = new Uint32Array(256)
const LOW = new Uint32Array(256)
for (let byte = 0; byte < 256; byte++) {
  let high = 0
  let low = byte
  for (let bit = 0; bit < 8; bit++) {
    const odd = low & 1
    low = (low >>> 1) | ((high & 1) << 31)
    high >>>= 1
    if (odd === 0) continue
    low ^= POLYNOMIAL_LOW
    high ^= POLYNOMIAL_HIGH
  }
  HIGH[byte] = high
  LOW[byte] = low
}

export function crc64(bytes: Uint8Array): bigint {
  let high = -1
  let low = -1
  for (const byte of bytes) {
    const index = (low ^ byte) & 0xff
    low = ((low >>> 8) | (high << 24)) ^ (LOW[index] as number)
    high = (high >>> 8) ^ (HIGH[index] as number)
  }
  return (BigInt(~high >>> 0) << 32n) | BigInt(~low >>> 0)
}
