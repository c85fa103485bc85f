import { type JsonSchema, schemaOf } from '../fields';
import { ProjectDefinition } from './project-definition';

/** JSON Schema of a project file as it is written: what `completeProject` fills in may be left out. */
export const PROJECT_FILE_SCHEMA: JsonSchema = { ...optional(schemaOf(ProjectDefinition)), required: ['questions'] };

/** The schema with every field of every object optional. */
function optional(schema: JsonSchema): JsonSchema {
  const { required, properties, items } = schema;
  return {
    ...schema,
    ...(required !== undefined && { required: [] }),
    ...(items !== undefined && { items: optional(items as JsonSchema) }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties as Record<string, JsonSchema>).map(([name, field]) => [name, optional(field)]),
      ),
    }),
  };
}
