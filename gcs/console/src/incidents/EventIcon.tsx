import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconBan,
  IconBike,
  IconCarCrash,
  IconGauge,
  IconParking,
  IconRoad,
  IconTrash,
  IconTrafficCone,
  IconWalk,
  type Icon,
} from "@tabler/icons-react";

const ICONS: Record<string, Icon> = {
  emergency_lane_occupancy: IconRoad,
  accident: IconCarCrash,
  congestion: IconTrafficCone,
  restricted_vehicle: IconBan,
  non_motor_in_motor_lane: IconBike,
  illegal_parking: IconParking,
  wrong_way: IconArrowBackUp,
  speeding: IconGauge,
  pedestrian_on_carriageway: IconWalk,
  debris: IconTrash,
};

export function EventIcon({ type, size }: { type: string; size: number }) {
  const Shape = ICONS[type] ?? IconAlertTriangle;
  return <Shape size={size} aria-hidden />;
}
