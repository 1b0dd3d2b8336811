using static Drydock.Tests.Unit.Crds.Specs.Sweep.Databases.Rolls;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

/// <summary>The processes, where they are, and by what they are started and stopped.</summary>
internal static class InstanceFields
{
    private const string Own = "tikv-1";

    public static IEnumerable<FieldProof> All { get; } =
    [
        Identity("instances[].name", ATiDb, TiDbLooks.FittingAsync, spec => spec.Instance("tikv-2")["name"] = "tikv-9"),
        Identity("instances[].component", ATiDb, TiDbLooks.FittingAsync, spec =>
            spec.Instance("tidb-2")["component"] = "Pump"),
        Identity(
            "instances[].host", ATiDb, HostBench.InstancesAsync, spec => spec.Instance(Own)["host"] = "192.0.2.99"),
        Identity("instances[].port", ATiDb, HostBench.InstancesAsync, spec => spec.Instance(Own)["port"] = 20199),
        Identity("instances[].statusPort", ATiDb, TiDbLooks.UsualAsync, spec =>
            spec.Instance("tidb-1")["statusPort"] = 10099),
        Identity("instances[].deployDir", ATiDb, HostBench.InstancesAsync, spec =>
            spec.Instance(Own)["deployDir"] = "/data/other"),
        Identity(
            "instances[].dataDir", ATiDb, HostBench.InstancesAsync,
            spec => spec.Instance(Own)["dataDir"] = "/data/kept",
            spec => spec.Instance(Own)["control"] = Process("--data-dir={dataDir}")),
        Identity("instances[].configFile", ATiDb, TiDbLooks.UsualAsync, spec =>
            spec.Instance(Own)["configFile"] = "/etc/tikv.toml"),
        .. Control("instances[].control", HostBench.InstancesAsync, spec => spec.Instance(Own)),
        Identity(
            "discoverFrom", ATiDb, SeedAsync, spec => spec["discoverFrom"] = "192.0.2.99",
            spec => spec["discoverFrom"] = "192.0.2.1"),
        Identity(
            "processes[].deployDir", ATiDb, CompletedAsync, spec => spec["processes"]![1]!["deployDir"] = "/data/other",
            spec =>
            {
                spec.Instance(Own).AsObject().Remove("deployDir");
                spec["processes"]![1]!["deployDir"] = "/data/all";
            }),
        Identity(
            "instanceDefaults.deployDir", ATiDb, CompletedAsync,
            spec => spec["instanceDefaults"]!["deployDir"] = "/data/other", spec =>
            {
                spec.Instance(Own).AsObject().Remove("deployDir");
                spec["instanceDefaults"] = Json("""{"deployDir":"/data/all"}""");
            }),
        .. Control(
            "instanceDefaults.control", HostBench.InstancesAsync, spec => spec["instanceDefaults"]!.AsObject(), spec =>
            {
                spec["processes"]!.AsArray().RemoveAt(1);
                spec["instanceDefaults"] = Json("{}");
            }),
        Identity("processes[].component", ATiDb, HostBench.InstancesAsync, spec =>
            spec["processes"]![1]!["component"] = "Master"),
        .. Control("processes[].control", HostBench.InstancesAsync, spec => spec["processes"]![1]!.AsObject()),
        .. Control(
            "tidb.monitoring[].control", HostBench.MonitoringAsync, spec => spec["tidb"]!["monitoring"]![0]!.AsObject(),
            MonitoringFields.WithService).Where(proof => !proof.Field.EndsWith(".swap", StringComparison.Ordinal)
            && !proof.Field.EndsWith(".link", StringComparison.Ordinal)),
        Topology("removedInstances", spec => spec["removedInstances"] = new JsonArray("tikv-2")),
        .. new[] { ("name", "tikv-8"), ("component", "TiDB"), ("host", "192.0.2.98"), ("deployDir", "/data/other") }
            .Select(field => Topology(
                $"addedInstances[].{field.Item1}",
                spec => spec["addedInstances"]![0]![field.Item1] = field.Item2,
                WithAdded)),
        .. new[] { "port", "statusPort" }.Select(
            field => Topology(
                $"addedInstances[].{field}", spec => spec["addedInstances"]![0]![field] = 20999, WithAdded)),
    ];

    private static IEnumerable<FieldProof> Control(
        string path, Func<DatabaseRollingUpgradeSpec, Task<string>> look, Func<JsonObject, JsonObject> owner,
        Action<JsonObject>? before = null)
    {
        FieldProof Of(string field, string control, Action<JsonObject> change) =>
            Identity($"{path}.{field}", ATiDb, look, spec => change(owner(spec)["control"]!.AsObject()), spec =>
            {
                before?.Invoke(spec);
                owner(spec)["control"] = Json(control);
            });

        const string Unit = """{"systemd":{"unit":"tikv.service"}}""";
        const string Scripts = """{"scripts":{"start":"scripts/start.sh","stop":"scripts/stop.sh"}}""";
        yield return Of("systemd.unit", Unit, control => control["systemd"]!["unit"] = "other-{port}.service");
        yield return Of("systemd.user", Unit, control => control["systemd"]!["user"] = true);
        yield return Of("supervise.directory", """{"supervise":{"directory":"status"}}""", control =>
            control["supervise"]!["directory"] = "/service/{name}");
        yield return Of("scripts.start", Scripts, control => control["scripts"]!["start"] = "/opt/start.sh");
        yield return Of("scripts.stop", Scripts, control => control["scripts"]!["stop"] = "/opt/stop.sh");
        yield return Of("process.command", Process().ToJsonString(), control =>
            control["process"]!["command"]!.AsArray().Add("--other"));
        yield return Of(
            "process.logFile", Process().ToJsonString(), control => control["process"]!["logFile"] = "log/other.log");
        yield return Of("swap", Unit, control => control["swap"] = "SwitchLink");
        yield return Of("link", """{"systemd":{"unit":"tikv.service"},"swap":"SwitchLink"}""", control =>
            control["link"] = "current");
        yield return Of("stopGrace", Unit, control => control["stopGrace"] = "77s");
    }

    private static Task<string> CompletedAsync(DatabaseRollingUpgradeSpec spec) =>
        HostBench.InstancesAsync(DatabaseSpecCompletion.Complete(spec, null));

    // What the search begins with.
    private static Task<string> SeedAsync(DatabaseRollingUpgradeSpec spec)
    {
        var found = new TiDbWorld().FindMembers(MemberSearch.Of(spec.DiscoverFrom!, []));
        return Task.FromResult(
            string.Join('\n', [.. found.Members.Select(m => $"{m}"), .. found.Findings.Select(f => f.Message)]));
    }

    // The instances that gates, steps and checks work with.
    private static FieldProof Topology(string field, Action<JsonObject> change, Action<JsonObject>? before = null) =>
        Access(
            field,
            ATiDb,
            spec => Task.FromResult(
                string.Join('\n', ChangedTopology.Current(SecretsBench.Upgrade(spec), new AddedInstances(
                    () => false, (_, _) => throw new NotSupportedException(), () => { })).Spec.Instances)),
            change,
            before);

    private static void WithAdded(JsonObject spec) =>
        spec["addedInstances"] = Json(
            """[{"name":"tikv-9","component":"TiKV","host":"192.0.2.99","deployDir":"/data/tikv-9"}]""");

    private static JsonNode Process(string last = "--log-level=info") => Json(
        $$"""{"process":{"command":["{directory}/bin/tikv-server","--addr=:{port}","{{last}}"]},"swap":"ReplaceBinary"}""");
}
