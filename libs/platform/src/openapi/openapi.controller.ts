import { Controller, Get } from '@nestjs/common';
import { AnyRole } from '../security/roles';

/** The document that a service answers with; it is there when the service has started. */
export class OpenApiDocument {
  read: () => object = () => ({});
}

/** What can be asked here, in the words of OpenAPI. */
@Controller('v1/openapi.json')
export class OpenApiController {
  constructor(private readonly document: OpenApiDocument) {}

  @Get()
  @AnyRole()
  read(): object {
    return this.document.read();
  }
}
