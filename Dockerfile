# The steps are those of `make run`: `make setup`, then `holdfast serve`.
FROM python:3.13-slim AS build
RUN apt-get update \
 && apt-get install --yes --no-install-recommends make libgomp1 \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/holdfast
COPY pyproject.toml uv.lock README.md LICENSE Makefile holdfast.py ./
COPY .ci .ci
COPY app app
COPY training training
# The kernels are compiled here, so that no start has to do it again.
RUN make setup

FROM python:3.13-slim
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libgomp1 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /srv/holdfast holdfast \
 && mkdir -p /srv/holdfast/data /srv/holdfast/models \
 && chown holdfast /srv/holdfast/data /srv/holdfast/models
WORKDIR /srv/holdfast
COPY --from=build /srv/holdfast /srv/holdfast
# On another kind of processor the service compiles its kernels once per container, and keeps them here.
# This folder holds nothing else, and only the user that runs the service may write to it.
RUN chown --recursive holdfast app/compiled/__pycache__/kernels
USER holdfast
ENV PATH=/srv/holdfast/.venv/bin:$PATH HOLDFAST_HOST=0.0.0.0
# Bundles come by mount (compose.yaml does) or are baked by `COPY models models` in an image of yours.
VOLUME ["/srv/holdfast/data", "/srv/holdfast/models"]
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('HOLDFAST_PORT', '8000') + '/healthz', timeout=2)"]
CMD ["holdfast", "serve", "--migrate"]
