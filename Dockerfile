# The operator's image. The program is published on the host, so only a Debian base is pulled:
#
#   make image          (or the two commands of docs/install.md)
#
FROM debian:bookworm-slim

# mariadb-client: mysqldump and mysql. mydumper: and myloader. age: encryption of snapshots. openssh-client: ssh:// endpoints. tzdata: time zones of windows.
# util-linux: setpriv, which ties the life of a dump to the operator's. libssl3, libstdc++6: .NET. No ICU: the program runs with InvariantGlobalization.
RUN apt-get update \
 && apt-get install -y --no-install-recommends age ca-certificates libssl3 libstdc++6 mariadb-client mydumper openssh-client tzdata util-linux \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/archives/*.deb

# ssh refuses to run for a user id without a name.
RUN groupadd --gid 65532 drydock \
 && useradd --uid 65532 --gid 65532 --home-dir /tmp --no-create-home --shell /usr/sbin/nologin drydock \
 && mkdir -p /var/lib/drydock/snapshots /var/lib/drydock/images \
 && chown -R 65532:65532 /var/lib/drydock

COPY artifacts/image/ /opt/drydock/

# The root file system is read-only in the cluster; nothing is written outside /tmp and /var/lib/drydock.
ENV DOTNET_EnableDiagnostics=0
EXPOSE 8080
USER 65532:65532
WORKDIR /tmp
ENTRYPOINT ["/opt/drydock/Drydock.Operator"]
