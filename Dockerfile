# Nothing is built: Node takes the types out of src as it reads it. The lab's file and folder of data are mounted, tokens
# come by the environment:
#   docker build -t boardroom .
#   docker run -d --stop-timeout 30 -p 8080:8080 -p 7023:7023 --env-file .env -e PUBLIC_URL=http://lab.example.com:8080 \
#     -v ./my-lab.yaml:/lab/boards.yaml:ro -v boardroom-data:/lab/data boardroom
#   docker run --rm -v ./my-lab.yaml:/lab/boards.yaml:ro --env-file .env boardroom check
#   docker run --rm -it -w /app boardroom demo
FROM node:24-bookworm-slim

WORKDIR /app
# The image brings Node, so the pinned one stays out; no package's own scripts are run (.npmrc).
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional && npm cache clean --force
COPY bin ./bin
COPY src ./src
COPY demo ./demo
COPY boards.yaml ./

# What Node compiled is kept where it may write: without that each start takes half as long again.
RUN mkdir -p /lab/data node_modules/.cache/boardroom && chown node:node /lab/data node_modules/.cache/boardroom
WORKDIR /lab
USER node
ENV HOST=0.0.0.0
VOLUME /lab/data
EXPOSE 8080 7023

# From memory alone. A lab that is not well, or without its chat, is still up; 503 is a full disk, or the end.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/api/v1/health`).then(a => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/app/bin/boardroom"]
CMD ["start"]
