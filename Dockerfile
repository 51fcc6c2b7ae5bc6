# syntax=docker/dockerfile:1
# One image for the service and the simulator; the command chooses. CPU only: torch comes from PyTorch's CPU index.

FROM node:22-bookworm-slim AS console
WORKDIR /src
COPY gcs/console/package.json gcs/console/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY gcs/console ./
RUN npm run build

FROM python:3.11-slim-bookworm AS python
WORKDIR /src
ENV PIP_NO_CACHE_DIR=1
RUN python -m venv /venv
RUN /venv/bin/pip install torch torchvision --index-url https://download.pytorch.org/whl/cpu
COPY pyproject.toml README.md LICENSE ./
COPY gcs ./gcs
COPY sim ./sim
COPY models ./models
RUN /venv/bin/pip install .

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends libegl1 libgl1 libgl1-mesa-dri espeak-ng \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 patrol \
    && mkdir -p /app/var && chown patrol /app/var
WORKDIR /app
COPY --from=python /venv /venv
COPY models ./models
COPY mission_plans ./mission_plans
COPY sim ./sim
COPY --from=console /src/dist ./gcs/console/dist
ENV PATH=/venv/bin:$PATH PATROL_HOST=0.0.0.0
USER patrol
VOLUME /app/var
EXPOSE 8000 14540/udp
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
    CMD python -c "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/api/health', timeout=2)"
CMD ["gcs", "serve"]
