// A JSON schema as people read it: in the way TypeScript writes types, with what is to know behind it. Pure.

/** The keywords that the schemas of the API have. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly description?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly default?: unknown;
}

const INDENT = '  ';

/** A schema in lines, `[[Name]]` where it speaks of another one. */
export function outline(schema: object, indent = ''): string {
  const { $ref, type, const: only, enum: values, anyOf, oneOf, items, properties, additionalProperties } = schema as Schema;
  const choices = anyOf ?? oneOf;
  if ($ref !== undefined) return `[[${$ref.replace(/.*\//, '')}]]`;
  if (only !== undefined) return JSON.stringify(only);
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(' | ');
  if (choices !== undefined) return [...new Set(choices.map((choice) => outline(choice, indent)))].join(' | ');
  if (items !== undefined) return `${inBrackets(outline(items, indent))}[]`;
  if (properties !== undefined && Object.keys(properties).length > 0) return fields(schema as Schema, indent);
  if (typeof additionalProperties === 'object') return `{ [name]: ${outline(additionalProperties, indent)} }`;
  return type === 'object' ? '{}' : (type ?? 'any');
}

function fields({ properties = {}, required = [] }: Schema, indent: string): string {
  const lines = Object.entries(properties).map(([name, field]) => {
    const note = noteOf(field);
    const mark = required.includes(name) ? '' : '?';
    return `${indent}${INDENT}${name}${mark}: ${outline(field, indent + INDENT)}${note === '' ? '' : `  // ${note}`}`;
  });
  return ['{', ...lines, `${indent}}`].join('\n');
}

// Bounds that only say what fits a number are no news.
function noteOf({ description, format, minimum, maximum, maxLength, default: standard }: Schema): string {
  const low = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? `from ${minimum}` : '';
  const high = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? `to ${maximum}` : '';
  const size = maxLength === undefined ? '' : `at most ${maxLength} characters`;
  const given = standard === undefined ? '' : `default ${JSON.stringify(standard)}`;
  return [description ?? '', format ?? '', [low, high].filter(Boolean).join(' '), size, given].filter(Boolean).join('; ');
}

function inBrackets(text: string): string {
  return text.includes(' | ') && !text.startsWith('{') ? `(${text})` : text;
}
