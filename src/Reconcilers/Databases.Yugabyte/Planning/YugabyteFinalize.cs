using Phases = Drydock.Crds.DatabaseRollingUpgrades.DatabaseRollingUpgradePhases;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>How an upgrade is made final: AutoFlags that cannot be rolled back are promoted, then the SQL catalogue is
/// upgraded (docs/research/yugabytedb.md#procedure). Pure.</summary>
internal static class YugabyteFinalize
{
    public static bool IsManual(YugabyteSpec settings) =>
        (settings.Finalize ?? (settings.PromoteClass == AutoFlagClass.LocalVolatile
            ? FinalizeMode.Manual
            : FinalizeMode.Auto)) == FinalizeMode.Manual;

    /// <summary>How long the universe must have been healthy in the new version.</summary>
    public static TimeSpan Soak(YugabyteSpec settings) => KubernetesDuration.Parse(settings.Soak);

    public static AutoFlagClass FinalClass(YugabyteSpec settings) =>
        settings.PromoteClass == AutoFlagClass.LocalVolatile ? AutoFlagClass.External : settings.PromoteClass;

    /// <summary>The first step that makes the upgrade final; null if the plan has none. The wait for peers before it
    /// changes nothing, but belongs to it.</summary>
    public static string? FirstStep(Plan plan) =>
        plan.Steps.Find(s => s.Phase is Phases.PromoteAutoFlags or Phases.UpgradeCatalog)?.Id;

    public static string? Hold(DatabaseRollingUpgradeSpec spec, Plan plan) =>
        IsManual(spec.Yugabyte ?? new YugabyteSpec()) ? FirstStep(plan) : null;
}
