export { type HonoFragments, honoFragments, type HonoJsxOptions } from './hono-fragments.ts'
export type { FragmentProps, HoleProps, JsxOptions } from './props.ts'
export { type ReactFragments, reactFragments, type ReactJsxOptions } from './react-fragments.ts'
