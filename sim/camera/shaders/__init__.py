"""GLSL sources, one program per class of material: llvmpipe runs both sides of a branch, so none is taken twice."""
