using static Drydock.Tests.Unit.Crds.Specs.Sweep.Databases.Rolls;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

/// <summary>
/// How long it may take, and how long is waited. The plan's text is what the user reads; what holds is asked of the
/// spec at every advance.
/// </summary>
internal static class TimeFields
{
    private static readonly YugaSetup Replicated = new() { Groups = [("g", true)] };

    public static IEnumerable<FieldProof> All { get; } =
    [
        .. new[] { "package", "backup", "swap", "verify", "tuneScheduling" }
            .Select(name => Access(
                $"timeouts.{name}", ATiDb, TiDbLooks.FittingAsync, spec => spec["timeouts"]![name] = "77m")),
        Access("timeouts.finalize", AYugabyte, YugabyteLooks.UsualAsync, spec => spec["timeouts"]!["finalize"] = "77m"),
        Access(
            "timeouts.replication", new YugaWorld(Replicated).Spec, spec => YugabyteLooks.PlanAsync(spec, Replicated),
            spec => spec["timeouts"]!["replication"] = "77m"),
        Access("minHealthySeconds", ATiDb, spec => TiDbLooks.RunAsync(spec), spec => spec["minHealthySeconds"] = 77),
        Access(
            "minHealthySeconds", AYugabyte, spec => YugabyteLooks.RunAsync(spec),
            spec => spec["minHealthySeconds"] = 77),
        Access(
            "drain.timeout",
            ATiDb,
            spec => TiDbLooks.RunAsync(spec, world => world.StuckLeaders = 2),
            spec => spec["drain"]!["timeout"] = "2m",
            spec => (spec["drain"]!["timeout"], spec["drain"]!["onTimeout"]) = ("1m", "Proceed")),
        Access("drain.stalledFor", ATiDb, spec => TiDbLooks.RunAsync(spec, world => world.StuckLeaders = 2), spec =>
            spec["drain"]!["stalledFor"] = "3m"),
        Access("drain.idleLimit", ATiDb, spec => TiDbLooks.RunAsync(spec, world => world.StuckLeaders = 2), spec =>
            spec["drain"]!["idleLimit"] = "3m"),
        Access("drain.timeout", AYugabyte, spec => YugabyteLooks.RunAsync(spec, YugabyteFields.LeadersStay), spec =>
            spec["drain"]!["timeout"] = "9m"),
        Access("drain.stalledFor", AYugabyte, spec => YugabyteLooks.RunAsync(spec, YugabyteFields.LeadersStay), spec =>
            spec["drain"]!["stalledFor"] = "1m"),
        Access(
            "drain.onTimeout",
            ATiDb,
            spec => TiDbLooks.RunAsync(spec, world => world.StuckLeaders = 2),
            spec => spec["drain"]!["onTimeout"] = "Proceed",
            spec => spec["drain"]!["timeout"] = "1m"),
        Access("drain.onTimeout", AYugabyte, spec => YugabyteLooks.RunAsync(spec, YugabyteFields.LeadersStay), spec =>
            spec["drain"]!["onTimeout"] = "Proceed"),
    ];
}
