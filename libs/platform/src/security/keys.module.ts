import { Module } from '@nestjs/common';
import { KeyService } from './key.service';
import { KeysController } from './keys.controller';

/** `/v1/keys`: imported by the one service that owns the keys, ingestion, whose prefixes then name `keys`. */
@Module({ controllers: [KeysController], providers: [KeyService] })
export class KeysModule {}
