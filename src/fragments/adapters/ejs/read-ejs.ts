import { ViewCode } from '../../view-code.ts'

interface EjsTemplate {
  readonly opts: {
    readonly openDelimiter: string
    readonly closeDelimiter: string
    readonly delimiter: string
    readonly localsName?: string
  }
  /** Its text cut at the signs, which are pieces of their own. */
  parseTemplateText(): readonly string[]
}

/** The few members of EJS that are used. */
export interface Ejs {
  readonly Template: new (text: string, options: object) => EjsTemplate
  renderFile(file: string, data: object, options: object): Promise<string>
}

/** What a template of EJS names, from the pieces that EJS itself makes of it. */
export function readEjs(ejs: Ejs, text: string, options: object): ReturnType<ViewCode['facts']> {
  const template = new ejs.Template(text, options)
  const { closeDelimiter, delimiter, localsName = 'locals', openDelimiter } = template.opts
  const open = openDelimiter + delimiter
  const close = delimiter + closeDelimiter
  const code = new ViewCode({ data: [localsName], includes: { include: 0 } })
  let within: 'code' | 'expression' | 'other' | undefined
  let line = 1
  for (const piece of template.parseTemplateText()) {
    if (piece === open || piece === `${open}_`) within = 'code'
    else if (piece === `${open}=` || piece === `${open}-`) within = 'expression'
    else if (piece === `${open}#` || piece === open + delimiter) within = 'other'
    else if ([close, `-${close}`, `_${close}`].includes(piece)) within = undefined
    else if (within === 'code' || within === 'expression')
      code.add(piece, line, within === 'expression')
    line += piece.split('\n').length - 1
  }
  return code.facts()
}
