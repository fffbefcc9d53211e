import { readFile, writeFile } from 'node:fs/promises'

export interface Picture {
  readonly bytes: number
  readonly width: number
  readonly height: number
}

/** A picture of the documentation: written anew when that is wanted, and otherwise only looked at. */
export async function picture(name: string, image: Buffer, isWanted: boolean): Promise<Picture> {
  const file = new URL(`../../docs/images/${name}`, import.meta.url)
  if (isWanted) await writeFile(file, image)
  const kept = await readFile(file)
  // The size stands at a fixed place: PNG, section 11.2.1.
  return { bytes: kept.length, width: kept.readUInt32BE(16), height: kept.readUInt32BE(20) }
}
