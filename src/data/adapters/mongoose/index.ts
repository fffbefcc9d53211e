export {
  type CachedMongoose,
  cacheMongoose,
  type CacheMongooseOptions,
  type MongooseLike,
} from './cache-mongoose.ts'
