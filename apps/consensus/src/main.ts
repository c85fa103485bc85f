import 'reflect-metadata';
import { runService } from '@assay/platform/run-service';
import { CONSENSUS } from './consensus.module';

void runService(CONSENSUS);
