import { describe, expect, it } from 'vitest';
import { channelBody, channelChangeBody } from '../../../control/api/channel-schemas.ts';
import type { ChannelView } from '../../../control/api/types.ts';
import { TOPICS } from '../../../control/core/announcement.ts';
import { bodyOf, fieldsOf, NEW_CHANNEL } from '../../../control/dashboard/channels/channel-fields.ts';
import { found } from '../found.ts';

const channel: ChannelView = {
  ...{ id: 'c-1', name: 'ops', kind: 'webhook', url: 'hooks.example.com/…', to: null },
  ...{ topics: ['alert', 'held'], services: ['app'], team: 'shop' },
  ...{ createdAt: '2026-11-21T10:00:00.000Z', createdBy: 'admin', waiting: 0, dead: 0 },
};
const OWNER = { givesTeam: true };
const MEMBER = { givesTeam: false };
const sent = (of: ChannelView, who = OWNER) => channelChangeBody.parse(bodyOf(fieldsOf(of), who));

describe('the form of a channel', () => {
  it('sends a channel that nobody changed as it was, and no secret', () => {
    const { name, topics, services, team } = channel;
    expect(sent(channel)).toEqual({ name, topics, services, team, reason: null });
  });

  it('keeps all events and all services as all', () => {
    const all = { ...channel, topics: TOPICS.toReversed(), services: null, team: null };
    expect(fieldsOf(all)).toMatchObject({ topics: null, services: null, team: '' });
    expect(sent(all)).toMatchObject({ topics: [...TOPICS], services: null, team: null });
  });

  it('says nothing of a team where there is none to choose', () => expect(sent(channel, MEMBER)).not.toHaveProperty('team'));

  it.each([
    ['email', { to: ['a@example.com', 'b@example.com'] }],
    ['slack', { url: 'https://example.com/x' }],
    ['webhook', { url: 'https://example.com/x', secret: 'whsec_x' }],
  ] as const)('sends of %s what it takes and nothing of the others', (kind, own) => {
    const filled = { url: ' https://example.com/x ', to: 'a@example.com, b@example.com;', secret: 'whsec_x' };
    const body = { kind, ...bodyOf({ ...NEW_CHANNEL, kind, name: 'ops', ...filled }, MEMBER) };
    const { kind: _, name: __, topics: ___, services: ____, reason: _____, ...rest } = channelBody.parse(body);
    expect(rest).toEqual(own);
  });

  it('names each field that is wrong', () => {
    const body = { kind: 'slack', ...bodyOf({ ...NEW_CHANNEL, topics: [], services: [] }, MEMBER) };
    expect(Object.keys(found(channelBody, body)).toSorted()).toEqual(['name', 'services', 'topics']);
  });
});
