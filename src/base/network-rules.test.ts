import { expect, test } from 'vitest';
import { createNetworkTest, isNetwork, isPublicAddress } from './network-rules.ts';

test.each([
  '8.8.8.8',
  '1.1.1.1',
  '172.15.255.255',
  '172.32.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '223.255.255.255',
  '2606:4700::1111',
  '2a00:1450:4001:81b::200e',
])('%s is on the public network', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  ...['0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255', '100.64.0.1', '100.100.100.200', '127.0.0.1', '127.9.9.9'],
  ...['169.254.169.254', '172.16.0.1', '172.31.255.255', '192.0.0.192', '192.0.2.1', '192.168.1.1', '198.18.0.1'],
  ...['198.19.255.255', '198.51.100.7', '203.0.113.9', '168.63.129.16', '224.0.0.1', '239.1.1.1', '240.0.0.1'],
  ...['255.255.255.255', '::', '::1', '::7f00:1', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::ffff:0:127.0.0.1'],
  ...['64:ff9b::7f00:1', '64:ff9b:1::a00:1', '100::1', '2001::1', '2001:db8::1', '2002:7f00:1::', '3fff::1'],
  ...['fc00::1', 'fd00:ec2::254', 'fe80::1', 'fe80::1%eth0', '2a00::1%eth0', 'fec0::1', 'ff02::1', '', 'localhost'],
])('%s is not', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test('networks and single addresses that are trusted are told from others', () => {
  const isTrusted = createNetworkTest(['10.1.0.0/16', '192.168.7.7', 'fd00:1::/32']);
  expect(['10.1.2.3', '192.168.7.7', 'fd00:1::5', '::ffff:10.1.2.3'].every(isTrusted)).toBe(true);
  expect(['10.2.0.1', '192.168.7.8', 'fd00:2::5', 'nowhere'].some(isTrusted)).toBe(false);
});

test('a network is written as an address and how many bits of it count', () => {
  expect(['10.0.0.0/8', '10.0.0.1', '::1/128', 'fd00::'].every(isNetwork)).toBe(true);
  expect(
    ['10.0.0.0/33', '10.0.0/8', '::/129', 'a/8', '10.0.0.0/8/8', '', '10.0.0.0/', 'fe80::1%1'].some(isNetwork),
  ).toBe(false);
});
