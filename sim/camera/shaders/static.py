"""Programs for what does not move: land, road, paint, walls, solid and soft things, sky."""

from sim.camera.patterns import LEAF_M, PAINT_M
from sim.camera.shaders.common import HEADER, LIGHT, PLACE

STATIC_VERTEX = (
    HEADER
    + """
in vec3 in_position; in vec3 in_normal; in vec2 in_uv; in vec3 in_colour; uniform vec4 pattern_scale;
out vec2 uv; flat out vec3 tint;
"""
    + PLACE
    + """
void main() {
  uv = in_uv * pattern_scale.xy + pattern_scale.zw; tint = in_colour; place(in_position, in_normal);
}"""
)

LEVEL = (
    HEADER
    + LIGHT
    + """
in vec2 uv; flat in vec3 tint; uniform vec3 brightness;
void main() {
  vec3 albedo = texture(pattern, uv).rgb * (tint * brightness);
  colour = developed(through_air(albedo * (sky_light + sun_light * to_sun.z * sunlit()), length(eye - world)));
}"""
)

# Paint is blended by how much of a pixel it covers, so far lines fade and do not flicker, with or without samples.
# Each stripe is drawn a little wider than it is; in place of a normal it brings heading, half length and half width.
PAINT_VERTEX = (
    HEADER
    + """
in vec3 in_position; in vec3 in_normal; in vec2 in_uv; in vec3 in_colour; uniform vec2 picture_size;
out vec2 uv; flat out vec3 tint; flat out vec2 half_size;
"""
    + PLACE
    + """
float margin(vec4 at, vec2 axis) {   // metres that are a pixel along this axis
  vec4 next = at + clip * vec4(axis, 0, 0);
  vec2 px = (next.xy / max(next.w, 0.1) - at.xy / max(at.w, 0.1)) * picture_size * 0.5;
  return min(0.8 / max(length(px), 1e-3), 3.0);
}
void main() {
  vec2 along = vec2(cos(in_normal.x), sin(in_normal.x)), across = vec2(-along.y, along.x);
  vec4 at = clip * vec4(in_position, 1);
  vec2 grow = sign(in_uv) * vec2(margin(at, along), margin(at, across));
  uv = in_uv + grow; tint = in_colour; half_size = in_normal.yz;
  place(in_position + vec3(along * grow.x + across * grow.y, 0), vec3(0, 0, 1));
}"""
)

PAINT = (
    HEADER
    + LIGHT
    + f"""
in vec2 uv; flat in vec3 tint; flat in vec2 half_size;
void main() {{
  vec2 pixel = max(vec2(length(vec2(dFdx(uv.x), dFdy(uv.x))), length(vec2(dFdx(uv.y), dFdy(uv.y)))), 1e-4);
  vec2 inside = clamp((min(uv + pixel * 0.5, half_size) - max(uv - pixel * 0.5, -half_size)) / pixel, 0.0, 1.0);
  vec3 albedo = texture(pattern, world.xy / {PAINT_M}).rgb * tint;
  vec3 light = sky_light + sun_light * to_sun.z * sunlit();
  colour = vec4(developed(through_air(albedo * light, length(eye - world))).rgb, inside.x * inside.y);
}}"""
)

SOLID = (
    HEADER
    + LIGHT
    + """
flat in vec3 tint; in vec2 uv;
void main() {
  vec3 light = ambient(normal.z) + sun_light * max(dot(normal, to_sun), 0.0) * sunlit();
  colour = developed(through_air(tint * light, length(eye - world)));
}"""
)

SOFT = (
    HEADER
    + LIGHT
    + f"""
flat in vec3 tint; in vec2 uv; uniform vec3 ground_tint;
void main() {{
  vec3 leaf = texture(pattern, (world.xy + world.z * 0.7) / {LEAF_M}).rgb;
  vec3 sky = ambient(normal.z) * (0.5 + 0.5 * clamp(world.z, 0.0, 1.0));
  vec3 light = sky + sun_light * max(dot(normal, to_sun), 0.0) * sunlit();
  colour = developed(through_air(tint * ground_tint * leaf * 2.0 * light, length(eye - world)));
}}"""
)

WALL = (
    HEADER
    + LIGHT
    + """
flat in vec3 tint; in vec2 uv;
// The part of a pixel's footprint w about x in the band a..b of each unit: an exact box filter, so that
// distant windows turn into an even tone instead of glittering.
float fill(float x, float a, float b) { return floor(x) * (b - a) + clamp(fract(x) - a, 0.0, b - a); }
float band(float x, float w, float a, float b) { return (fill(x + w * 0.5, a, b) - fill(x - w * 0.5, a, b)) / w; }
void main() {
  vec3 albedo = tint; vec3 shine = vec3(0); float sun = max(dot(normal, to_sun), 0.0) * sunlit();
  float fine = texture(pattern, uv * 0.021).r;
  if (normal.z < 0.5) {
    vec2 g = uv / vec2(3.4, 3.1), w = max(fwidth(g), vec2(1e-4));
    float glass = band(g.x, w.x, 0.22, 0.78) * band(g.y, w.y, 0.30, 0.82);
    float sill = band(g.x, w.x, 0.18, 0.82) * band(g.y, w.y, 0.23, 0.30);
    float slab = band(g.y, w.y, 0.0, 0.06);
    float mood = fract(sin(dot(floor(g), vec2(12.99, 78.23))) * 437.58);
    albedo = mix(albedo * (0.72 + 0.5 * fine), albedo * 1.18, max(sill, slab * 0.6));
    albedo = mix(albedo, mix(vec3(0.035, 0.045, 0.055), vec3(0.11, 0.12, 0.12), mood), glass);
    shine = glass * sky_light * 0.14;
  } else {
    albedo *= 0.4 + 1.1 * fine;
  }
  colour = developed(through_air(albedo * (ambient(normal.z) + sun_light * sun) + shine, length(eye - world)));
}"""
)

SKY_VERTEX = (
    HEADER
    + """
uniform vec3 ray_x, ray_y, ray_z; in vec2 corner; out vec3 ray;
void main() { ray = ray_x * corner.x + ray_y * corner.y + ray_z; gl_Position = vec4(corner, 0.999999, 1); }"""
)

SKY = (
    HEADER
    + """
in vec3 ray; uniform vec3 sky_light, haze_light, gain; out vec4 colour;
void main() {
  float up = clamp(normalize(ray).z, 0.0, 1.0);
  vec3 c = mix(haze_light, sky_light * vec3(0.75, 0.95, 1.25), 1.0 - exp(-up * 6.0)) * gain;
  c = c * (2.51 * c + 0.03) / (c * (2.43 * c + 0.59) + 0.14); colour = vec4(sqrt(clamp(c, 0.0, 1.0)), 1);
}"""
)
