export type { Views } from '../../views.ts'
export { ejsViews, type EjsViewsOptions } from './ejs-views.ts'
