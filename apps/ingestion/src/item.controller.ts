import { Body, Controller, Delete, Param, Post, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { checkFields } from '@assay/contracts/check-fields';
import { schemaOf } from '@assay/contracts/fields';
import { InboundItem } from '@assay/contracts/inbound/inbound-item';
import { ItemRef } from '@assay/contracts/item/item-imported';
import { AcceptsLines } from '@assay/platform/http/accepts';
import type { HttpResponse } from '@assay/platform/http/http-request';
import { invalid } from '@assay/platform/http/problem';
import type { Line } from '@assay/platform/http/read-lines';
import { Roles } from '@assay/platform/security/roles';
import { answerIntake, type IntakeAnswer } from './intake.answer';
import { ItemService } from './item.service';
import { type Outcome } from './outcome.domain';
import { projectName } from './project.name';

/** Items: what is to be labelled. One that is never imported comes to be by its first annotation. */
@ApiTags('items')
@Controller('v1/items/:project')
export class ItemController {
  constructor(private readonly items: ItemService) {}

  /** One item, an array, or NDJSON: answers what became of each, in order; 207 where one was rejected. */
  @Post()
  @Roles('tool', 'lead')
  @AcceptsLines(schemaOf(InboundItem))
  async import(
    @Param('project') project: string,
    @Body() lines: Line[],
    @Res({ passthrough: true }) response: HttpResponse,
  ): Promise<IntakeAnswer> {
    return answerIntake(await this.items.receive(projectName(project), lines), response);
  }

  /** Takes an item back for good, whether it was imported or not. */
  @Delete(':item')
  @Roles('tool', 'lead')
  async withdraw(@Param('project') project: string, @Param('item') item: string): Promise<Outcome> {
    const errors = checkFields(ItemRef, { project, item });
    if (errors.length > 0) throw invalid(errors, 'the path has errors');
    return this.items.withdraw(project, item);
  }
}
