export { cachedCollection, type CachedCollectionOptions } from './cached-collection.ts'
export type {
  BsonLibrary,
  MongoClientLike,
  MongoCollection,
  MongoCursor,
  MongoReads,
} from './driver.ts'
export { trackMongo } from './track-mongo.ts'
