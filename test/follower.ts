// A stream of server-sent events as its reader hears it, in workerd and in Node alike.

/** One event, its data parsed. */
export interface Heard {
  readonly event: string;
  // biome-ignore lint/suspicious/noExplicitAny: each test knows the shape it waits for
  readonly data: any;
  /** When it came, ms. */
  readonly at: number;
}

/** Somebody who follows a stream. */
export class Follower {
  /** All events that came, the oldest first. */
  readonly heard: Heard[] = [];
  /** All that came, as it was sent. */
  text = '';
  /** Set once the stream has ended, to how. */
  ended: 'well' | 'broken' | undefined;
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  private news: () => void = () => {};

  constructor(body: ReadableStream<Uint8Array>) {
    this.reader = body.getReader();
    void this.read();
  }

  /** The first event, heard already or yet to come, that `is` holds of. */
  async first(event: string, is: (data: Heard['data']) => boolean = () => true, withinMs = 4_000): Promise<Heard> {
    const until = performance.now() + withinMs;
    for (;;) {
      const found = this.heard.find((one) => one.event === event && is(one.data));
      if (found !== undefined) return found;
      if (this.ended !== undefined) throw new Error(`the stream has ended without ${event}; it said ${this.names()}`);
      await this.more(until, () => `no such ${event}; heard ${this.names()}`);
    }
  }

  /** Waits until the stream has ended. */
  async end(withinMs = 4_000): Promise<'well' | 'broken'> {
    const until = performance.now() + withinMs;
    while (this.ended === undefined) await this.more(until, () => 'the stream goes on');
    return this.ended;
  }

  /** Goes away. */
  async leave(): Promise<void> {
    await this.reader.cancel();
  }

  /** The names of the events that came. */
  names(): string {
    return this.heard.map(({ event }) => event).join(' ');
  }

  private async more(until: number, why: () => string): Promise<void> {
    let timer: ReturnType<typeof setTimeout>;
    const late = new Promise<void>((_, reject) => {
      timer = setTimeout(() => reject(new Error(why())), Math.max(until - performance.now(), 0));
    });
    const came = new Promise<void>((resolve) => {
      this.news = resolve;
    });
    await Promise.race([came, late]).finally(() => clearTimeout(timer));
  }

  private async read(): Promise<void> {
    const utf8 = new TextDecoder();
    let parsed = 0;
    try {
      for (;;) {
        const { done, value } = await this.reader.read();
        if (done) break;
        this.text += utf8.decode(value, { stream: true });
        const whole = this.text.lastIndexOf('\n\n') + 2;
        for (const block of this.text.slice(parsed, Math.max(whole, parsed)).split('\n\n')) this.take(block);
        parsed = Math.max(whole, parsed);
        this.news();
      }
      this.ended = 'well';
    } catch {
      this.ended = 'broken';
    }
    this.news();
  }

  private take(block: string): void {
    const found = /^event: (\w+)\ndata: (.*)$/.exec(block);
    if (found !== null) this.heard.push({ event: found[1] ?? '', data: JSON.parse(found[2] ?? ''), at: Date.now() });
  }
}
