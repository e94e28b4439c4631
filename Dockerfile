# Attention Microscope: docker build -t attention-microscope . ; see docs/hosting.md
FROM python:3.12-slim

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
COPY requirements.txt ./
# The build of torch for the CPU: a tenth of the one with CUDA.
RUN pip install --index-url https://download.pytorch.org/whl/cpu "torch>=2.8" "torchvision>=0.23" \
 && pip install -r requirements.txt \
 && useradd --uid 1000 --create-home microscope \
 && install -d -o 1000 /cache
COPY app.py ./
COPY demo ./demo
COPY vit_core ./vit_core
COPY assets ./assets

# The program writes nothing but models that are fetched, into /cache; the folders that Gradio makes are in /tmp.
ENV GRADIO_SERVER_NAME=0.0.0.0 GRADIO_TEMP_DIR=/tmp/gradio HOME=/tmp HF_HOME=/cache
USER 1000
EXPOSE 7860
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:7860/readyz', timeout=4)"]
CMD ["python", "app.py", "--log=json"]
