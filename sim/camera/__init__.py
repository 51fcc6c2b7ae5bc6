"""The camera: renderer, labels, H.264 encoder and stream."""
