// Holds every answer of the API that a test gets against the OpenAPI document it serves.
import { api } from '../../control/api/app.ts';
import { type Document, documentOf } from '../../control/api/document.ts';
import { type Contract, contractOf, shapesOf } from '../contract.ts';

let made: { readonly document: Document; readonly contract: Contract; readonly shape: ReturnType<typeof shapesOf> } | undefined;

/** The document, as it is served. */
export async function documented(): Promise<Document> {
  return (await parts()).document;
}

/** What is wrong with an answer, in lines; none where it is as the document says. */
export async function misfits(method: string, url: string, response: Response): Promise<string[]> {
  return (await parts()).contract(method, url, response);
}

/** What is wrong with a value that is to be of a named shape of the document, in lines. */
export async function misshapes(name: string, value: unknown): Promise<string[]> {
  return (await parts()).shape(name, value);
}

async function parts() {
  if (made !== undefined) return made;
  const document = JSON.parse(JSON.stringify(await documentOf(api))) as Document;
  made = { document, contract: contractOf(document), shape: shapesOf(document) };
  return made;
}
