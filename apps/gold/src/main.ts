import 'reflect-metadata';
import { runService } from '@assay/platform/run-service';
import { GOLD } from './gold.module';

void runService(GOLD);
