"""Programs for instanced models: road users, their contact shadows, trees; and the passes without colour."""

from sim.camera.models.materials import BOXES, CLOTHES, PALETTE, Material
from sim.camera.patterns import LEAF_M
from sim.camera.shaders.common import HEADER, INSTANCE, LIGHT, PLACE


def _is(material: Material) -> str:
    return f"(material == {int(material)})"


_TABLES = (
    f"uniform vec4 palette[{len(PALETTE)}]; uniform vec3 clothes[{len(CLOTHES)}]; uniform vec3 boxes[{len(BOXES)}];\n"
)

USER_VERTEX = (
    HEADER
    + _TABLES
    + "in vec3 in_position; in vec3 in_normal; in float in_material;\n"
    + PLACE
    + INSTANCE
    + f"""
flat out vec3 albedo; flat out vec3 glow; flat out float gloss;
void main() {{
  int material = int(in_material + 0.5); int lights = int(paint.w); float seed = fract(paint.w);
  vec4 base = palette[material]; albedo = base.rgb; gloss = base.a; glow = vec3(0);
  if {_is(Material.BODY)} albedo = paint.rgb;
  else if {_is(Material.CARGO)} albedo = boxes[int(seed * 7.99)];
  else if {_is(Material.UPPER)} albedo = clothes[int(seed * 7.99)];
  else if {_is(Material.LOWER)} albedo = clothes[int(fract(seed * 5.7) * 7.99)] * 0.35;
  else if {_is(Material.HELMET)} albedo = clothes[int(fract(seed * 3.3) * 7.99)];
  else if {_is(Material.TARP)} albedo *= 0.6 + 1.2 * fract(seed * 9.1);
  else if {_is(Material.TAILLAMP)} glow = vec3(1.6, 0.10, 0.05) * float(lights & 1);
  else if {_is(Material.INDICATOR)} glow = vec3(1.6, 0.62, 0.06) * float((lights >> 1) & 1);
  else if {_is(Material.BEACON_RED)} glow = vec3(2.2, 0.10, 0.10) * float((lights >> 2) & 1);
  else if {_is(Material.BEACON_BLUE)} glow = vec3(0.10, 0.25, 2.4) * float((lights >> 3) & 1);
  place(instance_point(in_position), instance_normal(in_normal));
}}"""
)

USER = (
    HEADER
    + LIGHT
    + """
flat in vec3 albedo; flat in vec3 glow; flat in float gloss;
void main() {
  vec3 to_eye = eye - world; float distance_m = length(to_eye); to_eye /= distance_m;
  vec3 n = normalize(normal); float sun = sunlit();
  float low = 0.45 + 0.55 * smoothstep(0.0, 0.9, world.z);                 // the road and neighbours hide some sky
  vec3 c = albedo * (ambient(n.z) * low + sun_light * max(dot(n, to_sun), 0.0) * sun) + glow;
  float facing = 1.0 - max(dot(n, to_eye), 0.0); facing *= facing; facing *= facing;
  float mirror = gloss * mix(0.045, 0.55, facing);
  vec3 reflected = reflect(-to_eye, n);
  c += mirror * mix(vec3(0.10, 0.10, 0.09), sky_light * 1.5, smoothstep(-0.1, 0.35, reflected.z)) * low;
  float h = max(dot(n, normalize(to_sun + to_eye)), 0.0); h *= h; h *= h; h *= h; h *= h; h *= h; h *= h;
  c += gloss * gloss * sun * h * sun_light * 0.9;
  colour = developed(through_air(c, distance_m));
}"""
)

TREE_VERTEX = (
    HEADER
    + "in vec3 in_position; in vec3 in_normal; in float in_material;\n"
    + PLACE
    + INSTANCE
    + f"""
uniform vec3 to_sun; flat out vec3 albedo; out float deep;
void main() {{
  albedo = int(in_material + 0.5) == {int(Material.TRIM)} ? vec3(0.06, 0.05, 0.04) : paint.rgb;
  deep = smoothstep(0.25, 0.95, in_position.z + 0.35 * length(in_position.xy));
  place(instance_point(in_position), instance_normal(in_normal));
  shadow_at = (sun_clip * vec4(world + to_sun * size.z * 0.6, 1)).xyz;   // the crown's own shade is in `deep`
}}"""
)

TREE = (
    HEADER
    + LIGHT
    + f"""
flat in vec3 albedo; in float deep; uniform vec3 ground_tint;
void main() {{
  vec3 n = normalize(normal);
  vec3 leaf = texture(pattern, (world.xy + vec2(world.z, -world.z) * 0.7) / {LEAF_M}).rgb;
  float sun = max(dot(n, to_sun) * 0.8 + 0.2, 0.0) * sunlit();
  vec3 light = ambient(n.z) * (0.35 + 0.65 * deep) + sun_light * sun;
  colour = developed(through_air(albedo * ground_tint * leaf * 2.0 * light, length(eye - world)));
}}"""
)

CONTACT_VERTEX = (
    HEADER
    + """
in vec2 corner; uniform mat4 clip; out vec2 at; flat out vec2 half_size;
"""
    + INSTANCE
    + """
void main() {   // here size is the footprint's length and width
  half_size = size.xy * 0.5; at = corner * (half_size + 0.55);
  gl_Position = clip * vec4(turned(vec3(at, 0.0)) + place_at.xyz, 1);
}"""
)

CONTACT = (
    HEADER
    + """
in vec2 at; flat in vec2 half_size; uniform float strength; out vec4 colour;
void main() {
  vec2 d = abs(at) - half_size + 0.35; float out_by = length(max(d, 0.0)) + min(max(d.x, d.y), 0.0);
  float dark = strength * (1.0 - smoothstep(-0.35, 0.75, out_by)); colour = vec4(vec3(1.0 - dark), 1);
}"""
)

STATIC_DEPTH = (
    HEADER + "in vec3 in_position; uniform mat4 clip; void main() { gl_Position = clip * vec4(in_position, 1); }"
)
MODEL_DEPTH = (
    HEADER
    + "in vec3 in_position; uniform mat4 clip;\n"
    + INSTANCE
    + "void main() { gl_Position = clip * vec4(instance_point(in_position), 1); }"
)
NOTHING = HEADER + "void main() {}"

# The identity pass: a user's number, drawn where the picture has it or, moved by `window`, alone in a cell of an atlas.
IDENTITY_VERTEX = (
    HEADER
    + "in vec3 in_position; in vec4 window; in float number; uniform mat4 clip; flat out int id;\n"
    + INSTANCE
    + """
void main() {
  vec4 c = clip * vec4(instance_point(in_position), 1); c.xy = c.xy * window.xy + c.w * window.zw;
  id = int(number + 0.5); gl_Position = c;
}"""
)
IDENTITY = HEADER + "flat in int id; out int colour; void main() { colour = id; }"
NOBODY = HEADER + "out int colour; void main() { colour = 0; }"
