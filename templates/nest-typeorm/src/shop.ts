import {
  BadRequestException,
  Body,
  Controller,
  Get,
  Headers,
  HttpCode,
  NotFoundException,
  Param,
  Post,
  UnauthorizedException,
  UseInterceptors,
} from '@nestjs/common'
import { rowTags } from 'breakwater/data'
import { tag } from 'breakwater/http'
import { cachePage } from 'breakwater/nest'
import { adminOf } from './admin.ts'
import { caches } from './cache.ts'
import { escape } from './html.ts'
import { findProduct, listProducts, priceIn, priceOf, productId, setPrice } from './products.ts'

// Parameters that no view reads, such as those that newsletters add, lead to the same page.
export const productPage = cachePage(caches.pages, '15m', { allowQuery: [] })

@Controller()
export class Shop {
  @Get()
  async list(): Promise<string> {
    const items = (await listProducts()).map(
      (product) =>
        `<li><a href="/products/${product.id}">${escape(product.name)}</a> ${priceOf(product)} €</li>`,
    )
    return `<h1>Lamps</h1><ul>${items.join('')}</ul>`
  }

  @Get('products/:id')
  @UseInterceptors(productPage)
  async product(@Param('id') text: string): Promise<string> {
    const id = productId(text)
    if (id === undefined) throw new NotFoundException()
    // Whoever changes this row, by whatever SQL, takes the page away; those of other products stay.
    tag(...rowTags('products', id))
    const product = await findProduct(id)
    if (product === null) throw new NotFoundException()
    return `<h1>${escape(product.name)}</h1><p>${priceOf(product)} €</p>`
  }

  @Post('products/:id/price')
  @HttpCode(204)
  async setPrice(
    @Param('id') text: string,
    @Headers('authorization') authorization: string | undefined,
    @Headers('content-type') type: string | undefined,
    @Body() body: unknown,
  ): Promise<void> {
    if (!adminOf(authorization)) throw new UnauthorizedException()
    // Nest reads forms, too. One of another site can send no JSON, so nobody is led to change a price.
    const cents = type?.startsWith('application/json') ? priceIn(body) : undefined
    if (cents === undefined) throw new BadRequestException('{"cents": 1900} is expected, as JSON.')
    const id = productId(text)
    if (id === undefined || !(await setPrice(id, cents))) throw new NotFoundException()
  }
}
