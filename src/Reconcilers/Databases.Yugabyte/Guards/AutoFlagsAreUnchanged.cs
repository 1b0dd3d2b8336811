namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>AutoFlags are not promoted by others during the upgrade: old processes could not start again, and a
/// rollback would be impossible (docs/research/yugabytedb.md#autoflags).</summary>
internal sealed record AutoFlagsAreUnchanged : YugabyteGuard
{
    protected override async Task<GuardReading> ReadAsync(Plan plan, CancellationToken cancellationToken)
    {
        var own = plan.Step(YugabyteStepIds.PromoteVolatile);
        if (own is { State: not StepState.Succeeded } && PlanProgress.Begun(own))
        {
            // The upgrade itself is changing the configuration.
            return GuardReading.Holds;
        }

        var before = own is { State: StepState.Succeeded }
            ? own.Recorded(PromoteAutoFlags.FlagsAfterFact)
            : plan.Step(YugabyteStepIds.AdminTool)?.Recorded(ProveAdminTool.FlagsFact);
        var now = (await Cluster.AutoFlagsAsync(cancellationToken)).Version.ToString(CultureInfo.InvariantCulture);
        return before is null || now == before
            ? GuardReading.Holds
            : GuardReading.Broken(
                $"The AutoFlags configuration is of version {now}, but was of version {before} "
                + (own is { State: StepState.Succeeded }
                    ? "after this upgrade changed it: "
                    : "when the upgrade began: ")
                + "AutoFlags were promoted by others. If only volatile flags were promoted, run `rollback_auto_flags "
                + $"{before}`; then the upgrade continues automatically. "
                + "Otherwise ask the vendor before any other process is "
                + "stopped.");
    }
}
