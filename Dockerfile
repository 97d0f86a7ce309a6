# rtt serve, with the bundled models: docker build -t rtt .
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY . .
RUN python -m venv /opt/rtt && /opt/rtt/bin/pip install --no-cache-dir ".[redis]"

FROM python:3.11-slim-bookworm
COPY --from=build /opt/rtt /opt/rtt
ENV PATH=/opt/rtt/bin:$PATH PYTHONDONTWRITEBYTECODE=1 RTT_HOST=0.0.0.0
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]
ENTRYPOINT ["rtt"]
CMD ["serve"]
