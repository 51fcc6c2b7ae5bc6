"""What all programs share: light, air, tone curve; and how a vertex gets its place."""

HEADER = "#version 330\n"

PLACE = """
uniform mat4 clip;
uniform mat4 sun_clip;   // world -> shadow map texture
out vec3 world; out vec3 normal; out vec3 shadow_at;
void place(vec3 at, vec3 n) {
  world = at; normal = n; shadow_at = (sun_clip * vec4(at, 1)).xyz; gl_Position = clip * vec4(at, 1);
}
"""

INSTANCE = """
in vec4 place_at;   // x y z, cos of heading
in vec4 size;       // scale x y z, sin of heading
in vec4 paint;      // r g b, lights + seed
vec3 turned(vec3 v) { return vec3(place_at.w*v.x - size.w*v.y, size.w*v.x + place_at.w*v.y, v.z); }
vec3 instance_point(vec3 p) { return turned(p * size.xyz) + place_at.xyz; }
vec3 instance_normal(vec3 n) { return turned(normalize(n / size.xyz)); }
"""

LIGHT = """
in vec3 world; in vec3 normal; in vec3 shadow_at;
uniform sampler2DShadow shadow_map; uniform sampler2D pattern;
uniform vec3 eye, to_sun, sun_light, sky_light, haze_light, gain; uniform float haze;
out vec4 colour;
float sunlit() {
  vec2 edge = abs(shadow_at.xy - 0.5);
  return max(texture(shadow_map, shadow_at), smoothstep(0.46, 0.5, max(edge.x, edge.y)));
}
vec3 ambient(float up) { return mix(sky_light * vec3(0.40, 0.36, 0.30) + sun_light * 0.06, sky_light, up * 0.5 + 0.5); }
vec3 through_air(vec3 c, float distance_m) { return mix(haze_light, c, exp(-haze * distance_m)); }
vec4 developed(vec3 c) {   // filmic tone curve (Narkowicz's ACES fit), then gamma 2
  c *= gain; c = c * (2.51 * c + 0.03) / (c * (2.43 * c + 0.59) + 0.14); return vec4(sqrt(clamp(c, 0.0, 1.0)), 1);
}
"""
