import { describe, expect, it } from 'vitest';
import type { Announcement } from '../../../control/core/announcement.ts';
import { type Channel, channelMistakes, isTold, NO_EMAIL, type Surroundings, shown } from '../../../control/notify/channel.ts';
import { newSecret } from '../../../control/notify/sign.ts';

const around: Surroundings = {
  ...{ local: false, email: true, services: ['app', 'shop'] },
  servicesOf: (team) => (team === 'web' ? ['app'] : undefined),
};
const SECRET = newSecret();
const webhook: Channel = {
  ...{
    id: 'c-1',
    name: 'ops',
    kind: 'webhook',
    url: 'https://hooks.example.com:8443/in/s3cret?key=s3cret',
    to: null,
    secret: SECRET,
  },
  ...{ topics: ['rolled_back', 'held'], services: null, team: null, createdAt: 1, createdBy: 'ada' },
};
const slack: Channel = { ...webhook, kind: 'slack', url: 'https://hooks.slack.com/services/s3cret', secret: null };
const email: Channel = {
  ...webhook,
  kind: 'email',
  url: null,
  secret: null,
  to: ['ops@example.com', "o'neil+x@mail.example.org"],
};

describe('a channel', () => {
  it('is shown without its secrets', () => {
    expect(shown(webhook)).toEqual({
      ...{ id: 'c-1', name: 'ops', kind: 'webhook', url: 'hooks.example.com:8443/…', to: null },
      ...{ topics: ['rolled_back', 'held'], services: null, team: null, createdAt: 1, createdBy: 'ada' },
    });
    expect(shown(slack).url).toBe('hooks.slack.com/…');
    expect(shown(email)).toMatchObject({ url: null, to: email.to });
  });

  it.each([webhook, slack, email, { ...slack, services: ['app'], team: 'web', name: 'Ops – 版本 🚀' }])(
    'that is fit is taken',
    (channel) => {
      expect(channelMistakes(channel, around)).toEqual([]);
    },
  );

  it.each<[string, Channel, Partial<Surroundings>, string, RegExp]>([
    ['an empty name', { ...slack, name: '' }, {}, 'name', /1 to 64/],
    ['a name of spaces', { ...slack, name: '  ' }, {}, 'name', /1 to 64/],
    ['a name with a line end', { ...slack, name: 'a\nb' }, {}, 'name', /none of control/],
    ['a long name', { ...slack, name: 'a'.repeat(65) }, {}, 'name', /1 to 64/],
    ['an unknown kind', { ...webhook, kind: 'pager' as 'webhook', secret: null }, {}, 'kind', /slack, discord/],
    ['no URL', { ...slack, url: null }, {}, 'url', /Give the URL/],
    ['a private URL', { ...webhook, url: 'https://10.0.0.1/s3cret' }, {}, 'url', /on the internet/],
    ['the hook of another chat', { ...slack, url: 'https://discord.com/api/webhooks/s3cret' }, {}, 'url', /hooks\.slack\.com/],
    ['addresses on a chat', { ...slack, to: ['a@example.com'] }, {}, 'to', /Only a channel of e-mail/],
    ['a secret on a chat', { ...slack, secret: SECRET }, {}, 'secret', /Only a webhook/],
    ['a weak secret', { ...webhook, secret: 'whsec_c2hvcnQ=' }, {}, 'secret', /24 to 64 bytes/],
    ['e-mail without its binding', email, { email: false }, 'kind', new RegExp(NO_EMAIL.slice(0, 40))],
    ['e-mail with a URL', { ...email, url: 'https://hooks.example.com/' }, {}, 'url', /has no URL/],
    ['e-mail to nobody', { ...email, to: [] }, {}, 'to', /1 to 10/],
    ['e-mail to too many', { ...email, to: Array.from({ length: 11 }, (_, i) => `u${i}@example.com`) }, {}, 'to', /1 to 10/],
    ['an address that is none', { ...email, to: ['ops'] }, {}, 'to', /name@example/],
    ['an address with another head', { ...email, to: ['ops@example.com\r\nBcc: x@y.example'] }, {}, 'to', /name@example/],
    ['two addresses in one', { ...email, to: ['a@example.com,b@example.com'] }, {}, 'to', /name@example/],
    ['no topics', { ...slack, topics: [] }, {}, 'topics', /rolled_back/],
    ['an unknown topic', { ...slack, topics: ['deployed' as 'held'] }, {}, 'topics', /rolled_back/],
    ['no services', { ...slack, services: [] }, {}, 'services', /null for all/],
    ['an unknown service', { ...slack, services: ['app', 'bank'] }, {}, 'services', /no service "bank". Services: app, shop/],
    ['an unknown team', { ...slack, team: 'ghosts' }, {}, 'team', /no team "ghosts"/],
  ])('with %s is refused', (_, channel, more, path, says) => {
    const mistakes = channelMistakes(channel, { ...around, ...more });
    expect(mistakes).toEqual([{ path, message: expect.stringMatching(says) }]);
    expect(JSON.stringify(mistakes)).not.toContain('s3cret');
  });
});

describe('an announcement', () => {
  const of = (topic: Announcement['topic'], service: string) => ({ topic, service }) as Announcement;

  it.each<[string, Partial<Channel>, Announcement, boolean]>([
    ['of a topic it chose', {}, of('held', 'shop'), true],
    ['of another topic', {}, of('alert', 'shop'), false],
    ['of a service it names', { services: ['shop'] }, of('held', 'shop'), true],
    ['of another service', { services: ['shop'] }, of('held', 'app'), false],
    ['of a service of its team', { team: 'web' }, of('held', 'app'), true],
    ['of a service of another team', { team: 'web' }, of('held', 'shop'), false],
    ['of a service it names, but not of its team', { team: 'web', services: ['shop'] }, of('held', 'shop'), false],
    ['of a service it names, and of its team', { team: 'web', services: ['app'] }, of('held', 'app'), true],
    ['while its team is no more', { team: 'ghosts' }, of('held', 'app'), false],
  ])('%s: a channel is told (or not)', (_, more, announcement, is) => {
    expect(isTold({ ...slack, ...more }, announcement, around)).toBe(is);
  });
});
