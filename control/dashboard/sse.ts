// Server-sent events out of the text of a stream. Pure.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

/** One event of a stream. */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
}

/** Takes a stream in piece by piece; each call returns the events that are whole by then. */
export function eventReader(): (text: string) => ServerEvent[] {
  let rest = '';
  let event = '';
  let data: string[] = [];

  function line(text: string): ServerEvent | undefined {
    if (text === '') {
      const whole = data.length > 0 ? { event: event || 'message', data: data.join('\n') } : undefined;
      [event, data] = ['', []];
      return whole;
    }
    const colon = text.indexOf(':');
    const [field, value] = colon < 0 ? [text, ''] : [text.slice(0, colon), text.slice(colon + 1).replace(/^ /, '')];
    if (field === 'event') event = value;
    if (field === 'data') data.push(value);
    return undefined;
  }

  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    return lines.map((one) => line(one.replace(/\r$/, ''))).filter((whole) => whole !== undefined);
  };
}
