import { ALICE, type Ask, type Attack } from '../attack.ts'

// The page of those attacks that are not about what is in it.
export const PAGE = 'x'.repeat(40)
export const whole: Attack['view'] = () => ({
  fields: [['Content-Type', 'text/plain']],
  body: PAGE,
})
export const honest: Ask = { as: ALICE }
