import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressMistake, hookMistake } from '../../../control/notify/address.ts';

const PRIVATE = /^The host of the URL must be one on the internet/;

describe('an address on the internet', () => {
  it.each([
    'https://hooks.example.com/in?key=1',
    'https://example.com:8443/',
    'https://8.8.8.8/',
    'https://172.15.255.255/',
    'https://172.32.0.0/',
    'https://100.63.0.1/',
    'https://100.128.0.1/',
    'https://198.17.0.1/',
    'https://223.255.255.255/',
    'https://[2606:4700::1111]/',
    'https://[2001:200::1]/',
    'https://[3fff:1000::1]/',
    'https://localhost.example.com/',
    'https://internal.example.com/',
    'https://xn--bcher-kva.example/',
    'https://a.local.example/',
  ])('%s is taken, locally too', (url) => {
    expect(addressMistake(url, false)).toBeUndefined();
    expect(addressMistake(url, true)).toBeUndefined();
  });
});

describe('an address of a network of its own', () => {
  it.each([
    ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.127.255.255', '169.254.169.254', '172.16.0.1'],
    ...['172.31.255.255', '192.0.0.1', '192.0.2.1', '192.88.99.1', '192.168.1.1', '198.18.0.1', '198.19.255.255'],
    ...['198.51.100.1', '203.0.113.1', '224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255'],
    // 10.0.0.1 and 169.254.169.254, as the parser also reads them.
    ...['167772161', '0xa000001', '0x0a.0.0.1', '012.0.0.1', '10.1', '10.0.1', '0xa9fea9fe', '2852039166', '0251.0376.0251.0376'],
    ...['10.0.0.1.', '%31%30.0.0.1', '1%30.1'],
    ...['[::]', '[::2]', '[::ffff:10.0.0.1]', '[::ffff:a00:1]', '[::10.0.0.1]', '[64:ff9b::a00:1]', '[64:ff9b:1::1]', '[100::1]'],
    ...['[fc00::1]', '[fd12:3456::1]', '[fe80::1]', '[febf::1]', '[fec0::1]', '[ff02::1]', '[2001::1]', '[2001:1ff::1]'],
    ...['[2001:db8::1]', '[2002:a00:1::]', '[3fff::1]', '[5f00::1]'],
    ...['app.localhost', 'router.local', 'db.internal', 'metadata.google.internal', 'nas.home.arpa', 'home.arpa', 'a.LOCAL'],
  ])('%s is refused, locally too', (host) => {
    expect(addressMistake(`https://${host}/secret`, false)).toMatch(PRIVATE);
    expect(addressMistake(`https://${host}/secret`, true)).toMatch(PRIVATE);
  });
});

describe('this machine', () => {
  it.each([
    ...['127.0.0.1', '127.1', '127.255.0.1', '0x7f.1', '0177.0.0.1', '2130706433', '017700000001', '127.0.0.1.', '%6cocalhost'],
    ...['[::1]', '[0:0:0:0:0:0:0:1]', 'localhost', 'LOCALHOST', 'localhost:8080'],
  ])('%s is taken locally alone', (host) => {
    expect(addressMistake(`https://${host}/`, false)).toMatch(PRIVATE);
    expect(addressMistake(`http://${host}/`, true)).toBeUndefined();
  });

  it('is not what a mapped address leads to, so that one rule is enough', () => {
    expect(addressMistake('http://[::ffff:127.0.0.1]/', true)).toMatch(PRIVATE);
  });
});

describe('a URL', () => {
  it.each<[string, string, RegExp]>([
    ['is none', 'hooks.example.com/in', /is not one/],
    ['is empty', '', /is not one/],
    ['has a host that is none', 'https://1.2.3.256/', /is not one/],
    ['is not of https', 'http://hooks.example.com/', /start with https/],
    ['is of another scheme', 'ftp://hooks.example.com/', /start with https/],
    ['runs code', 'javascript:alert(1)', /start with https/],
    ['has a user', 'https://me@hooks.example.com/', /no user name/],
    ['has a password', 'https://:pass@hooks.example.com/', /no user name/],
    ['has a fragment', 'https://hooks.example.com/#x', /no #fragment/],
    ['has an empty fragment', 'https://hooks.example.com/#', /no #fragment/],
    ['has a host of one label', 'https://intranet/', /full name/],
    ['ends its host in a dot', 'https://hooks.example.com./', /end in a dot/],
    ['ends a closed host in a dot', 'https://localhost./', /end in a dot/],
    ['has a space', 'https://hooks.example.com/a b', /ASCII/],
    ['has a line end, which the parser drops', 'https://local\nhost/', /ASCII/],
    ['has digits that the parser makes plain', 'https://１０.0.0.1/', /ASCII/],
    ['is longer than 2,048 characters', `https://hooks.example.com/${'a'.repeat(2_023)}`, /at most 2,048/],
  ])('that %s is refused', (_, url, why) => expect(addressMistake(url, false)).toMatch(why));

  it('may have 2,048 characters', () => {
    expect(addressMistake(`https://hooks.example.com/${'a'.repeat(2_022)}`, false)).toBeUndefined();
  });

  it('may be of http locally', () => expect(addressMistake('http://hooks.example.com/', true)).toBeUndefined());

  it('is never repeated by what is said of it', () => {
    const urls = [
      'http://hooks.slack.com/services/s3cret',
      'https://10.0.0.1/s3cret',
      'https://u:s3cret@a.example/',
      'https://a/s3cret#',
    ];
    for (const url of urls) expect(addressMistake(url, false)).not.toContain('s3cret');
    expect(hookMistake('slack', 'https://evil.example/s3cret', false)).not.toContain('s3cret');
  });

  it('of any private IPv4, in any spelling, is refused', () => {
    const spelled = (n: number) => [
      String(n),
      `0x${n.toString(16)}`,
      `0${n.toString(8)}`,
      [24, 16, 8, 0].map((b) => (n >>> b) & 255).join('.'),
    ];
    const inPrivate = fc.oneof(
      fc.integer({ min: 0x0a000000, max: 0x0affffff }),
      fc.integer({ min: 0x7f000000, max: 0x7fffffff }),
      fc.integer({ min: 0xa9fe0000, max: 0xa9feffff }),
      fc.integer({ min: 0xe0000000, max: 0xffffffff }),
    );
    fc.assert(
      fc.property(inPrivate, (n) => spelled(n).every((host) => PRIVATE.test(addressMistake(`https://${host}/`, false) ?? ''))),
    );
  });
});

describe('the hook of a chat', () => {
  it.each([
    ['slack', 'https://hooks.slack.com/services/T0/B0/x'],
    ['slack', 'https://hooks.slack-gov.com/services/T0/B0/x'],
    ['discord', 'https://discord.com/api/webhooks/1/x'],
    ['discord', 'https://discordapp.com/api/webhooks/1/x'],
    ['google_chat', 'https://chat.googleapis.com/v1/spaces/x/messages?key=k&token=t'],
    ['webhook', 'https://anything.example/'],
  ] as const)('%s is taken at %s', (kind, url) => expect(hookMistake(kind, url, false)).toBeUndefined());

  it.each([
    ['slack', 'https://hooks.slack.com.evil.example/services/x', 'https://hooks.slack.com/, as Slack'],
    ['slack', 'https://hooks.slack.com:8443/services/x', 'https://hooks.slack.com/, as Slack'],
    ['slack', 'https://evil.example/hooks.slack.com', 'https://hooks.slack.com/, as Slack'],
    ['discord', 'https://discord.com/channels/1', 'https://discord.com/api/webhooks/, as Discord'],
    ['discord', 'https://discord.com/api/webhooks/../users', 'https://discord.com/api/webhooks/, as Discord'],
    ['google_chat', 'https://chat.google.com/x', 'https://chat.googleapis.com/, as Google Chat'],
    ['slack', 'http://127.0.0.1:9000/x', 'https://hooks.slack.com/, as Slack'],
  ] as const)('%s is refused at %s', (kind, url, says) => expect(hookMistake(kind, url, false)).toContain(says));

  it('may be stood in for by this machine locally', () => {
    expect(hookMistake('slack', 'http://127.0.0.1:9000/x', true)).toBeUndefined();
    expect(hookMistake('discord', 'http://localhost:9000/x', true)).toBeUndefined();
    expect(hookMistake('slack', 'https://evil.example/x', true)).toContain('hooks.slack.com');
  });
});
