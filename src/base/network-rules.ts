/** Which addresses requests to URLs from outside may reach: public ones, and what the operator trusts. */
import { BlockList, isIP, isIPv4 } from 'node:net';

/**
 * Not the public network, by the registries of special addresses (IANA, RFC 6890 and its followers), and what hides
 * IPv4 in IPv6. Read 2026-11-20.
 */
const special: readonly [network: string, prefix: number, what: string][] = [
  ['0.0.0.0', 8, 'this network'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'shared by carriers; metadata of Alibaba Cloud'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.0.0', 16, 'link-local; metadata of most clouds'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'protocol assignments; metadata of Oracle Cloud'],
  ['192.0.2.0', 24, 'documentation'],
  ['192.88.99.0', 24, '6to4 relays'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'benchmarks'],
  ['198.51.100.0', 24, 'documentation'],
  ['203.0.113.0', 24, 'documentation'],
  ['168.63.129.16', 32, 'the host agent of Azure, on a public address'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved, broadcast'],
  ['2001::', 23, 'protocol assignments, Teredo, ORCHID'],
  ['2001:db8::', 32, 'documentation'],
  ['2002::', 16, '6to4: holds any IPv4 address'],
  ['3fff::', 20, 'documentation'],
];

/** Of IPv6 only this much is given out; all else (NAT64, v4-mapped, local, multicast, …) is not the public network. */
const publicIpv6: [network: string, prefix: number] = ['2000::', 3];

const familyOf = (address: string) => (isIPv4(address) ? 'ipv4' : 'ipv6');

const denied = new BlockList();
for (const [network, prefix] of special) denied.addSubnet(network, prefix, familyOf(network));
const global = new BlockList();
global.addSubnet(...publicIpv6, 'ipv6');

/** Whether an address, as the system writes it, belongs to the public network. */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !denied.check(address, 'ipv4');
  // A zone names a network of this machine.
  if (address.includes('%')) return false;
  return isIP(address) === 6 && global.check(address, 'ipv6') && !denied.check(address, 'ipv6');
}

/** Whether an address lies in one of some networks. */
export type NetworkTest = (address: string) => boolean;

export const loopbackNetworks = ['127.0.0.0/8', '::1/128'] as const;

/** @param networks like `10.1.0.0/16`, or single addresses; see {@link isNetwork} */
export function createNetworkTest(networks: readonly string[]): NetworkTest {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    if (prefix === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(prefix), familyOf(address));
  }
  return (address) => isIP(address) > 0 && list.check(address, familyOf(address));
}

/** Whether a text is an address or a network such as `10.1.0.0/16`. */
export function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  if (isIP(address) === 0 || address.includes('%') || more.length > 0) return false;
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (isIPv4(address) ? 32 : 128));
}
