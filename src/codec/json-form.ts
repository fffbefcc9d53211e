import { type Form, joinSpecial, splitSpecial } from './form.ts'
import type { ClassRegistry } from './kind.ts'
import { textOf } from './malformed.ts'
import { isPlain } from './plain.ts'
import { putTogether } from './put-together.ts'
import { TAG, tagText } from './tag.ts'
import { takeApart } from './take-apart.ts'

/** JSON text; with a list of special places beside it where JSON alone would change the value. */
export const JSON_FORM: Form = {
  encode(value, classes) {
    if (typeof value === 'object' && value !== null && isPlain(value, 1))
      return tagText(TAG.json, JSON.stringify(value))
    const { tree, list, blobs } = takeApart(value, classes)
    if (list.length === 0) return tagText(TAG.json, JSON.stringify(tree))
    return joinSpecial(TAG.specialJson, {
      tree: Buffer.from(JSON.stringify(tree)),
      list: Buffer.from(JSON.stringify(list)),
      blobs,
    })
  },
}

/** @throws {Malformed} and what JSON.parse throws */
export function decodeSpecialJson(payload: Buffer, classes: ClassRegistry): unknown {
  const { tree, list, blobs } = splitSpecial(payload)
  return putTogether(JSON.parse(textOf(tree)), JSON.parse(textOf(list)), blobs, classes)
}
