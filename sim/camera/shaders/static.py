"""Programs for what does not move: land, road, paint, walls, solid and soft things, sky."""

from sim.camera.shaders.common import HEADER, LIGHT, PLACE

STATIC_VERTEX = (
    HEADER
    + """
in vec3 in_position; in vec3 in_normal; in vec2 in_uv; in vec3 in_colour;
out vec2 uv; flat out vec3 tint;
"""
    + PLACE
    + "void main() { uv = in_uv; tint = in_colour; place(in_position, in_normal); }"
)

_LEVEL = "in vec2 uv; flat in vec3 tint; vec3 level_light() { return sky_light + sun_light * to_sun.z * sunlit(); }"

ROAD = (
    HEADER
    + LIGHT
    + _LEVEL
    + """
void main() {
  vec4 fine = texture(grain, world.xy * 0.37), wide = texture(grain, world.xy * 0.023);
  float track = abs(uv.y) - 0.85;                              // wheels polish and stain two bands of a lane
  float worn = exp(-track * track * 9.0) * 0.10 + exp(-uv.y * uv.y * 6.0) * 0.05;
  float streak = texture(grain, vec2(uv.x * 0.004, uv.y * 0.11 + tint.r * 7.0)).b;
  vec3 albedo = tint * (0.66 + 0.30 * fine.r + 0.22 * wide.g + 0.22 * streak - worn);
  float seam = texture(grain, world.xy * 0.011).a;             // tar patches
  albedo *= 1.0 - 0.16 * smoothstep(0.70, 0.74, seam);
  colour = developed(through_air(albedo * level_light(), length(eye - world)));
}"""
)

PAINT = (
    HEADER
    + LIGHT
    + _LEVEL
    + """
void main() {
  float worn = texture(grain, world.xy * 0.6).r * 0.6 + texture(grain, world.xy * 0.05).g * 0.6;
  vec3 albedo = mix(tint * 0.42, tint, smoothstep(0.18, 0.52, worn));
  colour = developed(through_air(albedo * level_light(), length(eye - world)));
}"""
)

LAND = (
    HEADER
    + LIGHT
    + _LEVEL
    + """
uniform vec3 ground_tint;
void main() {
  vec4 wide = texture(grain, world.xy * 0.0031), mid = texture(grain, world.xy * 0.019), fine = texture(grain, world.xy * 0.21);
  float lush = smoothstep(0.34, 0.62, wide.r * 0.6 + mid.g * 0.4);
  vec3 soil = mix(vec3(0.200, 0.165, 0.108), vec3(0.155, 0.135, 0.085), mid.r);
  vec3 grass = mix(vec3(0.052, 0.080, 0.024), vec3(0.115, 0.130, 0.050), mid.b * 0.55 + fine.g * 0.45);
  vec3 albedo = mix(soil, grass, lush) * (0.70 + 0.55 * fine.r) * ground_tint;
  colour = developed(through_air(albedo * level_light(), length(eye - world)));
}"""
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
    + """
flat in vec3 tint; in vec2 uv; uniform vec3 ground_tint;
void main() {
  float leaf = texture(grain, world.xy * 0.31 + world.z * 0.2).r * 0.7 + texture(grain, world.xy * 0.07).g * 0.5;
  vec3 light = ambient(normal.z) * (0.5 + 0.5 * clamp(world.z, 0.0, 1.0)) + sun_light * max(dot(normal, to_sun), 0.0) * sunlit();
  colour = developed(through_air(tint * ground_tint * (0.45 + leaf) * light, length(eye - world)));
}"""
)

WALL = (
    HEADER
    + LIGHT
    + """
flat in vec3 tint; in vec2 uv;
// The part of a pixel's footprint w about x that lies in the band a..b of each unit: an exact box filter, so that
// distant windows turn into an even tone instead of glittering.
float fill(float x, float a, float b) { return floor(x) * (b - a) + clamp(fract(x) - a, 0.0, b - a); }
float band(float x, float w, float a, float b) { return (fill(x + w * 0.5, a, b) - fill(x - w * 0.5, a, b)) / w; }
void main() {
  vec3 albedo = tint; vec3 shine = vec3(0); float sun = max(dot(normal, to_sun), 0.0) * sunlit();
  float fine = texture(grain, uv * 0.13).r;
  if (normal.z < 0.5) {
    vec2 g = uv / vec2(3.4, 3.1), w = max(fwidth(g), vec2(1e-4));
    float glass = band(g.x, w.x, 0.22, 0.78) * band(g.y, w.y, 0.30, 0.82);
    float sill = band(g.x, w.x, 0.18, 0.82) * band(g.y, w.y, 0.23, 0.30);
    float slab = band(g.y, w.y, 0.0, 0.06);
    float mood = texture(grain, floor(g) * 0.137 + 0.03).b;
    albedo = mix(albedo * (0.86 + 0.22 * fine), albedo * 1.18, max(sill, slab * 0.6));
    albedo = mix(albedo, mix(vec3(0.035, 0.045, 0.055), vec3(0.11, 0.12, 0.12), mood), glass);
    shine = glass * sky_light * 0.14;
  } else {
    albedo *= 0.72 + 0.5 * fine;
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
