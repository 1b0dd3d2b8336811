using static Drydock.Tests.Unit.Crds.Specs.Sweep.Databases.Rolls;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

/// <summary>How hosts and processes are reached.</summary>
internal static class AccessFields
{
    private const string Bastion = """{"host":"bastion.example","user":"ops","sshSecretRef":{"name":"root"} }""";

    public static IEnumerable<FieldProof> All { get; } =
    [
        Ssh("user", access => access["user"] = "other"),
        Ssh("port", access => access["port"] = 2222),
        Ssh("keySecretRef.name", access => access["keySecretRef"]!["name"] = "other"),
        Ssh("knownHostsSecretRef.name", access => access["knownHostsSecretRef"]!["name"] = "other"),
        Ssh("become", access => access["become"] = "Sudo"),
        Ssh("becomeFor", access => access["becomeFor"] = "Units", access => access["become"] = "Sudo"),
        Ssh("becomeUser", access => access["becomeUser"] = "other"),
        Ssh("hosts[].host", access => access["hosts"]![0]!["host"] = ATiDb.Instances[^1].Host, OtherAddress),
        Ssh("hosts[].address", access => access["hosts"]![0]!["address"] = "192.0.2.78", OtherAddress),
        Ssh("hosts[].port", access => access["hosts"]![0]!["port"] = 2223, OtherAddress),
        Access("access.ssh.forward", ATiDb, ForwardAsync, spec => OfSsh(spec)["forward"] = true),
        .. Jump((field, change) => Ssh(field, change, access => access["jump"] = Json(Bastion))),
        Docker("tlsSecretRef.name", docker => docker["tlsSecretRef"]!["name"] = "other"),
        Docker("sshSecretRef.name", docker => docker["sshSecretRef"]!["name"] = "other", OverSsh),
        Docker("insecure", docker => docker["insecure"] = true, docker => docker.Remove("tlsSecretRef")),
        Docker("user", docker => docker["user"] = "other"),
        Docker("become", docker => docker["become"] = "Sudo"),
        Docker("engineBecome", docker => docker["engineBecome"] = "Sudo", OverSsh),
        .. Jump((field, change) => Docker(field, change, docker =>
        {
            OverSsh(docker);
            docker["jump"] = Json(Bastion);
        })),
        Docker("hosts[].host", docker => docker["hosts"]![0]!["host"] = "192.0.2.99"),
        Docker("hosts[].endpoint", docker => docker["hosts"]![0]!["endpoint"] = "tcp://192.0.2.99:2376"),
        Docker("hosts[].container", docker => docker["hosts"]![0]!["container"] = "other"),
        Access("access.webCredentialsSecretRef.name", AYugabyte, SecretsBench.TakenAsync, spec =>
            spec["access"]!["webCredentialsSecretRef"] = Json("""{"name":"other"}""")),
        Access("toolHost", AYugabyte, YugabyteLooks.UsualAsync, spec => spec["toolHost"] = "10.0.0.3"),
        Access(
            "tls.secretRef.name", ATiDb, SecretsBench.TakenAsync, spec => spec["tls"]!["secretRef"]!["name"] = "other",
            WithTls),
        Access(
            "tls.certsDirName", AYugabyte, YugabyteLooks.UsualAsync,
            spec => spec["tls"]!["certsDirName"] = "/home/yugabyte/certs", WithTls),
        Access(
            "tls.clientNodeName", AYugabyte, YugabyteLooks.UsualAsync,
            spec => spec["tls"]!["clientNodeName"] = "10.0.0.9", WithCerts),
        Access(
            "tls.web.secretRef.name", AYugabyte, SecretsBench.TakenAsync,
            spec => spec["tls"]!["web"]!["secretRef"]!["name"] = "other", WithWebTls),
        Access("tidb.credentialsSecretRef.name", ATiDb, SecretsBench.TakenAsync, spec =>
            spec["tidb"]!["credentialsSecretRef"]!["name"] = "other"),
        Access("tidb.credentialsSecretRef.name", ATiDb, TiDbLooks.BackupAsync, spec =>
            spec["tidb"]!["credentialsSecretRef"]!["name"] = "other"),
        Access("tidb.sqlTls.mode", ATiDb, TiDbLooks.BackupAsync, spec =>
            spec["tidb"]!["sqlTls"]!["mode"] = "VerifyIdentity"),
        Access("tidb.sqlTls.mode", ATiDb, TiDbLooks.ConnectionAsync, spec =>
            spec["tidb"]!["sqlTls"]!["mode"] = "VerifyIdentity"),
        Access("tidb.sqlTls.fingerprint", ATiDb, TiDbLooks.BackupAsync, spec =>
            spec["tidb"]!["sqlTls"]!["fingerprint"] = new string('a', 64)),
        Access("tidb.sqlTls.fingerprint", ATiDb, TiDbLooks.ConnectionAsync, spec =>
            spec["tidb"]!["sqlTls"]!["fingerprint"] = new string('a', 64)),
        Sql("credentialsSecretRef.name", SecretsBench.TakenAsync, sql => sql["credentialsSecretRef"] = Json(
            """{"name":"other"}""")),
        Sql("port", YugabyteLooks.UsualAsync, sql => sql["port"] = 5499),
        Sql("database", YugabyteLooks.UsualAsync, sql => sql["database"] = "yugabyte"),
        Access(
            "yugabyte.replication.groups[].peer.certsSecretRef.name",
            new YugaWorld(new YugaSetup { Groups = [("g", true)] }).Spec,
            SecretsBench.TakenAsync,
            spec => spec["yugabyte"]!["replication"]!["groups"]![0]!["peer"]!["certsSecretRef"] = Json(
                """{"name":"tls"}""")),
        Access(
            "yugabyte.replication.groups[].peer.webCredentialsSecretRef.name",
            new YugaWorld(new YugaSetup { Groups = [("g", true)] }).Spec,
            SecretsBench.TakenAsync,
            spec => spec["yugabyte"]!["replication"]!["groups"]![0]!["peer"]!["webCredentialsSecretRef"] = Json(
                """{"name":"other"}""")),
    ];

    private static FieldProof Ssh(string field, Action<JsonObject> change, Action<JsonObject>? before = null) => Access(
        $"access.ssh.{field}", ATiDb, HostBench.InstancesAsync, spec => change(OfSsh(spec)),
        spec => before?.Invoke(OfSsh(spec)));

    private static void OtherAddress(JsonObject ssh) =>
        ssh["hosts"] = new JsonArray(
            Json($$"""{"host":"{{ATiDb.Instances[0].Host}}","address":"192.0.2.77","port":2222}"""));

    // What opens a connection to a port of the database.
    private static Task<string> ForwardAsync(DatabaseRollingUpgradeSpec spec) =>
        Task.FromResult(DatabaseRunTargets.ConnectionsOf(spec, new BoundDatabaseHosts(
            SecretsBench.Upgrade(spec), new DatabaseSecrets(),
            new DatabaseHostServices(null!, null!, TimeProvider.System),
            SupportedEngines.All.Of(spec)), EndpointPolicy.Default).GetType().Name);

    private static JsonObject OfSsh(JsonObject spec) => spec["access"]!["ssh"]!.AsObject();

    private static IEnumerable<FieldProof> Jump(Func<string, Action<JsonObject>, FieldProof> prove) =>
    [
        prove("jump.host", access => access["jump"]!["host"] = "other.example"),
        prove("jump.port", access => access["jump"]!["port"] = 2222),
        prove("jump.user", access => access["jump"]!["user"] = "other"),
        prove("jump.sshSecretRef.name", access => access["jump"]!["sshSecretRef"]!["name"] = "other"),
    ];

    private static FieldProof Docker(string field, Action<JsonObject> change, Action<JsonObject>? before = null) =>
        Access(
            $"access.docker.{field}",
            ATiDb,
            HostBench.InstancesAsync,
            spec => change(InContainers(spec)),
            spec =>
            {
                var hosts = ATiDb.Instances.Select(i => i.Host).Distinct(StringComparer.Ordinal).Select(
                    (host, i) => $$"""{"host":"{{host}}","endpoint":"tcp://{{host}}:2376","container":"db-{{i}}"}""");
                spec["access"] = Json(
                    $$"""{"docker":{"tlsSecretRef":{"name":"tls"},"user":"tidb","hosts":[{{string.Join(',', hosts)}}]} }""");
                before?.Invoke(InContainers(spec));
            });

    private static JsonObject InContainers(JsonObject spec) => spec["access"]!["docker"]!.AsObject();

    private static void OverSsh(JsonObject docker)
    {
        docker.Remove("tlsSecretRef");
        docker["sshSecretRef"] = Json("""{"name":"ssh"}""");
        foreach (var host in docker["hosts"]!.AsArray())
        {
            host!["endpoint"] = $"ssh://root@{host["host"]}";
        }
    }

    private static FieldProof Sql(
        string field, Func<DatabaseRollingUpgradeSpec, Task<string>> look, Action<JsonObject> change) =>
        Access(
            $"yugabyte.sql.{field}", AYugabyte, look, spec => change(spec["yugabyte"]!["sql"]!.AsObject()),
            spec => spec["yugabyte"]!["sql"]!.AsObject().Remove("extensionsInUse"));

    private static void WithTls(JsonObject spec) => spec["tls"] = Json("""{"secretRef":{"name":"tls"}}""");

    private static void WithCerts(JsonObject spec) => spec["tls"] = Json("""{"certsDirName":"/home/yugabyte/certs"}""");

    private static void WithWebTls(JsonObject spec) => spec["tls"] = Json("""{"web":{"secretRef":{"name":"tls"}}}""");
}
