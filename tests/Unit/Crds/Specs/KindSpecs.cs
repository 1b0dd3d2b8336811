namespace Drydock.Tests.Unit.Crds.Specs;

/// <summary>Specs of all kinds, read and judged as the operator does it.</summary>
internal static class KindSpecs
{
    public static readonly JsonSerializerOptions Options = WorldJson.Crds;

    /// <summary>Reads a spec of a kind.</summary>
    public static object Read(string kind, JsonObject spec) => kind switch
    {
        OmsUpgrade.KindName => spec.Deserialize<OmsUpgradeSpec>(Options)!,
        DatabaseRollingUpgrade.KindName => spec.Deserialize<DatabaseRollingUpgradeSpec>(Options)!,
        BackupSnapshot.KindName => spec.Deserialize<BackupSnapshotSpec>(Options)!,
        SnapshotRestore.KindName => spec.Deserialize<SnapshotRestoreSpec>(Options)!,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "no kind"),
    };

    /// <summary>What preflight finds that no rule of the schema can say.</summary>
    public static IReadOnlyList<Finding> Findings(object spec) => spec switch
    {
        OmsUpgradeSpec upgrade => Reconcilers.Oms.OmsSpecPreflight.Check(upgrade),
        DatabaseRollingUpgradeSpec upgrade => Reconcilers.Databases.DatabaseSpecPreflight.Check(upgrade),
        _ => [],
    };
}
