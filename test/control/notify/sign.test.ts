import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { newSecret, secretMistake, signed } from '../../../control/notify/sign.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const LETTER = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', body: '{"test": 2432232314}' };

describe('a signature', () => {
  // The vector of the Standard Webhooks libraries.
  it('is that of the scheme', () => {
    expect(signed(SECRET, LETTER, 1_614_265_330_999)).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('is taken by a receiver, whatever the text', () => {
    const letter = { id: 'a.b', body: JSON.stringify({ what: '🚀 "naïve" 版本\n\ud83d' }) };
    const secret = newSecret();
    expect(new Webhook(secret).verify(letter.body, signed(secret, letter, Date.now()))).toEqual(JSON.parse(letter.body));
  });

  it.each([
    ['the body', '{}', {}],
    ['the id', LETTER.body, { 'webhook-id': 'msg_2' }],
  ])('is refused when %s is changed', (_, body, changed) => {
    const sent = { ...signed(SECRET, LETTER, Date.now()), ...changed };
    expect(() => new Webhook(SECRET).verify(body, sent)).toThrow('No matching signature found');
  });
});

describe('a secret', () => {
  const ofBytes = (count: number) => `whsec_${Buffer.alloc(count, 7).toString('base64')}`;

  it('that is new is fit, and no other', () => {
    expect(secretMistake(newSecret())).toBeUndefined();
    expect(newSecret()).not.toBe(newSecret());
    expect(atob(newSecret().slice(6))).toHaveLength(32);
  });

  it.each([24, 25, 26, 32, 64])('of %i bytes is taken', (count) => expect(secretMistake(ofBytes(count))).toBeUndefined());

  it.each([
    ['is empty', ''],
    ['has too few bytes', ofBytes(23)],
    ['has too many', ofBytes(65)],
    ['lacks its prefix', ofBytes(32).slice(6)],
    ['is no base64', `whsec_${'!'.repeat(44)}`],
    ['is of the other alphabet', `whsec_${'_-'.repeat(22)}`],
    ['lacks its padding', ofBytes(32).replace('=', '')],
    ['is padded within', `whsec_${'AAA='.repeat(10)}`],
  ])('that %s is refused, and not repeated', (_, secret) => {
    expect(secretMistake(secret)).toBe('The secret must be whsec_ and the base64 of 24 to 64 bytes.');
  });
});
