namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The properties of the steps of YugabyteDB's plans: how long they may take, what they change, what they wait
/// for. Pure.</summary>
internal static class YugabytePlanTraits
{
    // A step notices itself that its time is over, and cleans up. The limit of the engine must be later.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    // A drain that makes progress has no limit; one that makes none ends itself. A swap drains again only what returned
    // since then.
    private static readonly TimeSpan NoLimit = TimeSpan.FromDays(30);
    private static readonly TimeSpan LongestRedrain = TimeSpan.FromHours(6);

    // A universe that becomes unhealthy while it is watched is watched from the beginning.
    private static readonly TimeSpan OneDay = TimeSpan.FromDays(1);

    public static TimeSpan GatePatience(DatabaseRollingUpgradeSpec spec) =>
        KubernetesDuration.Parse(spec.Timeouts.Verify);

    /// <summary>How long a drain waits until the former instance is healthy and may have leaders again, and the cluster
    /// is well.</summary>
    public static TimeSpan DrainPatience(DatabaseRollingUpgradeSpec spec) => GatePatience(spec) + VerifyPatience(spec);

    public static TimeSpan VerifyPatience(DatabaseRollingUpgradeSpec spec) =>
        KubernetesDuration.Parse(spec.Timeouts.Verify) + KubernetesDuration.Parse(spec.Settle);

    public static string TimeLimit<TAction>(DatabaseRollingUpgradeSpec spec) => TimeLimit(spec, typeof(TAction).Name);

    public static string TimeLimit(DatabaseRollingUpgradeSpec spec, string action) =>
        KubernetesDuration.Format(TimeoutOf(spec, action));

    public static TimeSpan TimeoutOf(DatabaseRollingUpgradeSpec spec, PlanStep step) => TimeoutOf(spec, step.Action);

    public static bool IsSwap(PlanStep step) => step.Is<SwapMaster>() || step.Is<SwapTserver>();

    public static bool IsPastUndo(Plan plan) => plan.Steps.Exists(s => IsSwap(s) && PlanProgress.Begun(s));

    /// <summary>Whether anything was changed that a rollback would undo. A prepared package stays on the
    /// hosts.</summary>
    public static bool Changed(Plan plan) => plan.Steps.Exists(s =>
        PlanProgress.Begun(s) && (IsSwap(s) || s.Is<SetReplication>() || s.Is<DrainTserver>()));

    /// <summary>Whether the upgrade of an instance begins with the step, so that the maintenance window is asked before
    /// it.</summary>
    public static bool BeginsInstance(PlanStep step) => step.Is<SwapMaster>() || step.Is<DrainTserver>();

    public static bool OnlyWaits(PlanStep step) => WaitingActions<IYugabyteTargets>.Contains(step);

    public static string? HeldBy(PlanStep step) => step.Is<AwaitPeers>() ? Reasons.PeerNotUpgraded : null;

    public static string? InstanceOf(Plan plan, PlanStep step) => step switch
    {
        { Node: { } node } => node,
        _ when step.Is<SwapMaster>() => step.Recorded(SwapMaster.InstanceKey),
        _ when step.Is<VerifyMaster>() =>
            plan.Step(step.After.FirstOrDefault() ?? "")?.Recorded(SwapMaster.InstanceKey),
        _ => null,
    };

    private static TimeSpan TimeoutOf(DatabaseRollingUpgradeSpec spec, string action)
    {
        var timeouts = spec.Timeouts;
        var drain = spec.Drain.UpperLimit();
        return action switch
        {
            nameof(PreparePackage) => KubernetesDuration.Parse(timeouts.Package),
            nameof(DrainTserver) => drain is { } limit ? DrainPatience(spec) + limit + Margin : NoLimit,
            nameof(SwapMaster) => GatePatience(spec) + KubernetesDuration.Parse(timeouts.Swap) + Margin,
            nameof(SwapTserver) =>
                GatePatience(spec) + (drain ?? LongestRedrain) + KubernetesDuration.Parse(timeouts.Swap) + Margin,
            nameof(VerifyMaster) or nameof(VerifyTserver) or nameof(VerifyVersions) => VerifyPatience(spec) + Margin,
            nameof(Soak) => YugabyteFinalize.Soak(spec.Yugabyte ?? new YugabyteSpec()) + (7 * OneDay),

            // The command may take the whole time, and so may a tablet server after it.
            nameof(UpgradeCatalog) => (2 * KubernetesDuration.Parse(timeouts.Finalize)) + CatalogWatch.Still + Margin,
            nameof(AwaitPeers) => KubernetesDuration.Parse(timeouts.Replication),
            _ => KubernetesDuration.Parse(timeouts.Finalize),
        };
    }
}
