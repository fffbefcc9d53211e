import 'reflect-metadata'
import { type BeforeApplicationShutdown, Module, type OnApplicationShutdown } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { dashboard } from 'breakwater/dashboard'
import { authorize } from './admin.ts'
import { caches } from './cache.ts'
import { closeDatabase } from './database.ts'
import { productPage, Shop } from './shop.ts'

const board = dashboard({ caches, authorize, pages: { product: productPage } })

@Module({ controllers: [Shop] })
class App implements BeforeApplicationShutdown, OnApplicationShutdown {
  // The streams of the dashboard would keep the server from closing.
  beforeApplicationShutdown(): void {
    board.close()
  }

  async onApplicationShutdown(): Promise<void> {
    await closeDatabase()
    await caches.close()
  }
}

export const app = await NestFactory.create(App, { logger: ['warn', 'error'] })
app.use('/cache', board.node)
app.enableShutdownHooks()
