import { z } from 'zod'

type Inner<Field> = Field extends z.ZodDefault<infer Type> ? Type : Field
type Changes<Shape extends z.core.$ZodLooseShape> = {
  [Name in keyof Shape]: z.ZodExactOptional<Extract<Inner<Shape[Name]>, z.core.SomeType>>
}

/**
 * Some of an object's fields, and nothing for the others. Zod's own `partial` fills in the defaults of those that are not there, and so turns
 * a change of one into a change of all.
 */
export function changesOf<Shape extends z.core.$ZodLooseShape>(
  schema: z.ZodObject<Shape>,
): z.ZodObject<Changes<Shape>, z.core.$strict> {
  const fields = Object.entries(schema.shape).map(([name, field]): [string, z.ZodType] => [
    name,
    z.exactOptional(field instanceof z.ZodDefault ? field.unwrap() : field),
  ])
  // Object.fromEntries forgets which name has which type.
  return z.strictObject(Object.fromEntries(fields)) as unknown as z.ZodObject<Changes<Shape>, z.core.$strict>
}
