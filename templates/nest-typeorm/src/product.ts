import 'reflect-metadata'
import { Column, Entity, PrimaryColumn } from 'typeorm'

@Entity('products')
export class Product {
  @PrimaryColumn('integer')
  id!: number

  @Column('text')
  name!: string

  @Column('integer')
  cents!: number
}
