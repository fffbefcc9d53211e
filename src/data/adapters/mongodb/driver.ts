// The few members of MongoDB's driver that are used, so that no version of it has to be installed for the types.

/** A database and a collection, as the driver passes them around. */
export interface MongoNamespace {
  readonly db: string
}

export interface MongoSession {
  inTransaction(): boolean
  /** Another object for each transaction. */
  readonly transaction?: object
}

/** `BSON` of `mongodb`, or `mongoose.mongo.BSON`. */
export interface BsonLibrary {
  serialize(document: object, options?: object): Uint8Array
  deserialize(bytes: Uint8Array, options?: object): Record<string, unknown>
}

/** Of a cursor, what is used. */
export interface MongoCursor {
  toArray(): Promise<unknown[]>
}

/** What a collection is read with. */
export interface MongoReads {
  find(filter?: object, options?: object): MongoCursor
  findOne(filter?: object, options?: object): Promise<unknown>
  countDocuments(filter?: object, options?: object): Promise<number>
  estimatedDocumentCount(options?: object): Promise<number>
  distinct(key: string, filter?: object, options?: object): Promise<unknown[]>
  aggregate(pipeline?: object[], options?: object): MongoCursor
}

/** A `Collection` of the driver. */
export interface MongoCollection {
  readonly collectionName: string
  readonly dbName: string
}

/** A `MongoClient` of the driver. */
export interface MongoClientLike {
  /** What was parsed from the address; `dbName` is the database that `client.db()` gives. */
  readonly options: object
  connect(): Promise<unknown>
  db(...parts: never[]): object
}

/** The client's own database, whose collections are called by their names alone. */
export function homeOf(client: MongoClientLike | undefined): string {
  const { dbName = 'test' } = (client?.options ?? {}) as { readonly dbName?: string }
  return dbName
}
