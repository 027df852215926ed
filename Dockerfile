# The bot in a container: small, without an administrator inside, on /data and port 3000.
#   docker build -t intervisie .
#   docker run -it --rm -v intervisie:/data intervisie setup
#   docker run -d --restart unless-stopped -v intervisie:/data intervisie
FROM python:3.12-slim AS build
WORKDIR /build
RUN python -m venv /opt/intervisie
COPY requirements/run.lock requirements/
RUN /opt/intervisie/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements/run.lock
COPY pyproject.toml README.md LICENSE ./
COPY migrations migrations
COPY sandbox sandbox
COPY bot bot
RUN /opt/intervisie/bin/pip install --no-cache-dir --no-deps --no-build-isolation --no-index . \
 && /opt/intervisie/bin/pip uninstall --yes setuptools pip

FROM python:3.12-slim
RUN useradd --system --uid 10001 --no-create-home --home-dir /data intervisie \
 && install -d -m 0700 -o intervisie -g intervisie /data
COPY --from=build /opt/intervisie /opt/intervisie
# Settings and database are in /data; a secret may be a file too (SLACK_BOT_TOKEN_FILE=/run/secrets/…).
ENV PATH=/opt/intervisie/bin:$PATH INTERVISIE_FOLDER=/data PORT=3000 PYTHONDONTWRITEBYTECODE=1
USER intervisie
WORKDIR /data
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/readyz', timeout=4)"]
ENTRYPOINT ["intervisie"]
CMD ["run", "--migrate"]
