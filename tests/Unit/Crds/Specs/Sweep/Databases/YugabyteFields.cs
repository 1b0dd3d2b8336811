using static Drydock.Tests.Unit.Crds.Specs.Sweep.Databases.Rolls;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

/// <summary>What only YugabyteDB and BMDB have.</summary>
internal static class YugabyteFields
{
    private static readonly YugaSetup Replicated = new() { Groups = [("g", true)] };

    private static readonly YugaSetup Zoned = new() { Tservers = 6, Zones = 3 };

    public static IEnumerable<FieldProof> All { get; } =
    [
        Name("masterProgram", "other-master"),
        Name("tserverProgram", "other-tserver"),
        Name("adminProgram", "other-admin"),
        Name("masterAddressesFlag", "--other"),
        Name("upgradeCatalogCommand", "upgrade_other"),
        Name("apiPath", "/api/v9"),
        Planned("names.sqlShell", yugabyte => yugabyte["names"]!["sqlShell"] = "other-sh", yugabyte =>
            yugabyte["sql"]!.AsObject().Remove("extensionsInUse")),
        Identity(
            "yugabyte.names.tabletServersPage", AYugabyte, spec => YugabyteLooks.RunAsync(spec, LeadersStay),
            spec => spec["yugabyte"]!["names"]!["tabletServersPage"] = "/others"),
        Planned("promoteClass", yugabyte => yugabyte["promoteClass"] = "LocalVolatile"),
        Planned("finalize", yugabyte => yugabyte["finalize"] = "Manual"),
        Planned("soak", yugabyte => yugabyte["soak"] = "2h"),
        Planned("sql.extensionsInUse", yugabyte => yugabyte["sql"]!["extensionsInUse"] = new JsonArray("hll")),
        Identity(
            "yugabyte.maxClockSkew",
            AYugabyte,
            spec => YugabyteLooks.PlanAsync(
                spec, new YugaSetup(), world => world["m2"].ClockOffset = TimeSpan.FromMilliseconds(100)),
            spec => spec["yugabyte"]!["maxClockSkew"] = "50ms"),
        Identity(
            "yugabyte.maxUnavailablePerZone",
            new YugaWorld(Zoned).Spec,
            spec => YugabyteLooks.PlanAsync(spec, Zoned),
            spec => spec["yugabyte"]!["maxUnavailablePerZone"] = 2),
        Identity("yugabyte.maxFollowerLag", AYugabyte, spec => YugabyteLooks.RunAsync(spec), spec =>
            spec["yugabyte"]!["maxFollowerLag"] = "2m"),
        Identity(
            "yugabyte.catalogRetryPause", AYugabyte,
            spec => YugabyteLooks.RunAsync(spec, world => world.CatalogMismatches = 2),
            spec => spec["yugabyte"]!["catalogRetryPause"] = "7m"),
        Replication("mode", replication => replication["mode"] = "TargetFirst"),
        Replication("groups[].name", replication => replication["groups"]![0]!["name"] = "other"),
        Replication("groups[].peer.masters", replication =>
            replication["groups"]![0]!["peer"]!["masters"] = new JsonArray("10.9.0.2:7100")),
        Replication("groups[].peer.webAddresses", replication =>
            replication["groups"]![0]!["peer"]!["webAddresses"] = new JsonArray("10.9.0.1:7999")),
        Identity(
            "yugabyte.replication.groups[].peer.certsDirName",
            new YugaWorld(Replicated).Spec,
            YugabyteLooks.PauseAtPeerAsync,
            spec => spec["yugabyte"]!["replication"]!["groups"]![0]!["peer"]!["certsDirName"] = "/home/yugabyte/peer"),
        Identity(
            "yugabyte.replication.groups[].peer.clientNodeName",
            new YugaWorld(Replicated).Spec,
            YugabyteLooks.PauseAtPeerAsync,
            spec => spec["yugabyte"]!["replication"]!["groups"]![0]!["peer"]!["clientNodeName"] = "10.0.0.9",
            spec => spec["yugabyte"]!["replication"]!["groups"]![0]!["peer"]!["certsDirName"] = "/home/yugabyte/peer"),
    ];

    /// <summary>A tablet server keeps leaders whatever happens.</summary>
    public static void LeadersStay(YugaWorld world) => world.StuckLeaders["t1"] = 1;

    private static FieldProof Planned(string field, Action<JsonObject> change, Action<JsonObject>? before = null) =>
        Identity(
            $"yugabyte.{field}", AYugabyte, YugabyteLooks.UsualAsync, spec => change(spec["yugabyte"]!.AsObject()),
            spec => before?.Invoke(spec["yugabyte"]!.AsObject()));

    private static FieldProof Name(string field, string other) =>
        Planned($"names.{field}", yugabyte => yugabyte["names"]![field] = other);

    private static FieldProof Replication(string field, Action<JsonObject> change) => Identity(
        $"yugabyte.replication.{field}", new YugaWorld(Replicated).Spec,
        spec => YugabyteLooks.PlanAsync(spec, Replicated),
        spec => change(spec["yugabyte"]!["replication"]!.AsObject()));
}
