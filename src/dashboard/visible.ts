// Text of strangers, made harmless to the eye: what has no shape gets one, and what turns the direction of others does not.

/** C0 and C1 controls, and DEL. In values, line breaks and tabs do what they always do. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g
const CONTROLS_OF_VALUES = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g
/**
 * Bidirectional controls, what is invisible, separators of lines, tags, halves of characters; and letters that are blank.
 * Selectors of emoji stay: they hide nothing.
 */
const UNSEEN = /\p{Cf}|\p{Zl}|\p{Zp}|\p{Cs}|\u034f|\u115f|\u1160|\u17b4|\u17b5|\u3164|\uffa0/gu

/** One line: a key, a tag, a path. */
export function visibleLine(text: string): string {
  return shown(text, CONTROLS)
}

/** A value, whose line breaks are kept. */
export function visibleText(text: string): string {
  return shown(text.replaceAll('\r\n', '\n'), CONTROLS_OF_VALUES)
}

function shown(text: string, controls: RegExp): string {
  return text.replaceAll(controls, pictureOf).replaceAll(UNSEEN, named)
}

/** U+2400 and on: the pictures that Unicode has of them. */
function pictureOf(control: string): string {
  const code = control.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '\u2421' : named(control)
}

function named(character: string): string {
  const code = character.codePointAt(0) as number
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`
}

/** At most so many characters; says that there was more. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text
  // Not between the two halves of a character.
  const end = /[\ud800-\udbff]/.test(text.charAt(most - 1)) ? most - 1 : most
  return `${text.slice(0, end)}…`
}
