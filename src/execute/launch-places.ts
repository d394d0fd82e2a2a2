/** Where an instance may be launched: each instance type in each subnet, in their order, Spot before on-demand. It does not know where there is room. */
import type { LaunchPlace, LaunchSettings } from '../core/plan.ts';

/** All that may be tried, the first choice first. */
function placesOf({ instanceTypes, subnets, spot }: LaunchSettings): LaunchPlace[] {
  const where = subnets.length === 0 ? [null] : subnets;
  return (spot ? [true, false] : [false]).flatMap((isSpot) =>
    instanceTypes.flatMap((instanceType) => where.map((subnet) => ({ instanceType, spot: isSpot, subnet }))),
  );
}

/** All of them, from `first` on and around; one that is no longer among them stands before all. */
export function placesFrom(settings: LaunchSettings, first: LaunchPlace | null): LaunchPlace[] {
  const places = placesOf(settings);
  if (first === null) return places;
  const { instanceType, spot, subnet } = first;
  const at = places.findIndex(
    (one) => one.instanceType === instanceType && one.spot === spot && one.subnet === subnet,
  );
  return at < 0 ? [{ instanceType, spot, subnet }, ...places] : [...places.slice(at), ...places.slice(0, at)];
}

/** What is tried after `place`: itself, where it is the only one. */
export function placeAfter(settings: LaunchSettings, place: LaunchPlace): LaunchPlace {
  return placesFrom(settings, place)[1] ?? place;
}
