# docker build --tag citespan .
FROM python:3.12-slim AS build
WORKDIR /source
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1
RUN python -m venv /opt/citespan
COPY pyproject.toml hatch_build.py constraints.txt README.md LICENSE ./
COPY index index
COPY assistant assistant
COPY evals evals
COPY api api
# The CPU build of torch: PyPI's has several GB of CUDA with it.
RUN /opt/citespan/bin/pip install --constraint constraints.txt --extra-index-url https://download.pytorch.org/whl/cpu .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /state citespan && install --directory --owner citespan /state
COPY --from=build /opt/citespan /opt/citespan
# Everything that is written is under /state and /tmp: the rest may be mounted read-only.
ENV PATH=/opt/citespan/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp \
    CITESPAN_HOST=0.0.0.0 CITESPAN_PORT=8080 CITESPAN_STATE_DIR=/state CITESPAN_CACHE_DIR=/state/cache \
    CITESPAN_LOG_FORMAT=json
USER citespan
WORKDIR /state
VOLUME /state
EXPOSE 8080
# The first start converts the models, which takes a minute.
HEALTHCHECK --start-period=180s --interval=30s --timeout=5s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["citespan"]
CMD ["serve"]
