export {
  type HandlebarsViews,
  handlebarsViews,
  type HandlebarsViewsOptions,
} from './handlebars-views.ts'
