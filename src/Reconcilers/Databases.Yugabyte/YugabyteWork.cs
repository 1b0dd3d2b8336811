using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// What the steps of YugabyteDB's plans mean to the frame that runs them: how long they may take, what they change,
/// what they wait for. Pure.
/// </summary>
internal static class YugabyteWork
{
    // Steps tell themselves when their time is over, and what is to be cleaned up then; the engine's own limit lies
    // behind that.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(2);

    /// <summary>How long a cluster that is not well is waited for before something is stopped.</summary>
    public static TimeSpan GatePatience(DatabaseRollingUpgradeSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return KubernetesDuration.Parse(spec.Timeouts.Verify);
    }

    /// <summary>How long a started instance may take until it has been healthy for long enough.</summary>
    public static TimeSpan VerifyPatience(DatabaseRollingUpgradeSpec spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return KubernetesDuration.Parse(spec.Timeouts.Verify) + KubernetesDuration.Parse(spec.Settle);
    }

    /// <summary>How long one attempt of a step may take.</summary>
    public static TimeSpan TimeoutOf(DatabaseRollingUpgradeSpec spec, PlanStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return TimeoutOf(spec, step.Action);
    }

    /// <summary>How long one attempt of an action may take.</summary>
    public static TimeSpan TimeoutOf(DatabaseRollingUpgradeSpec spec, string action)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var (timeouts, drain) = (spec.Timeouts, KubernetesDuration.Parse(spec.Drain.Timeout));
        return action switch
        {
            YugabyteActions.PreparePackage => KubernetesDuration.Parse(timeouts.Package),
            YugabyteActions.DrainTserver => Longer(drain, GatePatience(spec)) + Margin,
            YugabyteActions.SwapMaster or YugabyteActions.SwapTserver => GatePatience(spec) + drain + KubernetesDuration.Parse(timeouts.Swap) + Margin,
            YugabyteActions.VerifyMaster or YugabyteActions.VerifyTserver or YugabyteActions.VerifyVersions => VerifyPatience(spec) + Margin,
            YugabyteActions.AwaitPeers => KubernetesDuration.Parse(timeouts.Replication),
            _ => KubernetesDuration.Parse(timeouts.Finalize),
        };
    }

    /// <summary>Whether the first process was stopped, or may have been: until then everything can be undone.</summary>
    public static bool IsPastUndo(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Steps.Exists(s => YugabyteActions.IsSwap(s) && IsBegun(s));
    }

    /// <summary>
    /// Whether anything was changed that a way back would undo. A package that lies on the hosts is left there.
    /// </summary>
    public static bool Changed(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Steps.Exists(s => IsBegun(s) && s.Action is YugabyteActions.SetReplication or YugabyteActions.DrainTserver or YugabyteActions.SwapMaster or YugabyteActions.SwapTserver);
    }

    /// <summary>Whether a step only waits for something and changes nothing.</summary>
    public static bool OnlyWaits(PlanStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return step.Action is YugabyteActions.AwaitPeers or YugabyteActions.AwaitAutoFlags or YugabyteActions.VerifyMaster or YugabyteActions.VerifyVersions
            or YugabyteActions.CheckExtensions or YugabyteActions.ProveAdminTool;
    }

    /// <summary>The reason for which a step that runs counts as held; null if it does not.</summary>
    public static string? HeldBy(PlanStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return step.Action == YugabyteActions.AwaitPeers ? Reasons.PeerNotUpgraded : null;
    }

    /// <summary>Whether an attempt of a step was ever begun.</summary>
    public static bool IsBegun(PlanStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return step.State != StepState.Pending || step.Attempt > 0 || step.StartedAt is not null;
    }

    /// <summary>A step of a plan; null if it has none of that id.</summary>
    public static PlanStep? Find(Plan plan, string id)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Steps.Find(s => s.Id == id);
    }

    /// <summary>SHA-256 of a program of the package on a host, as PreparePackage found it; null before that.</summary>
    public static string? PackagedProgram(Plan plan, string host, string program)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Steps.Find(s => s.Action == YugabyteActions.PreparePackage && Hosts(s).Contains(host, StringComparer.Ordinal))?.Recorded(YugabyteKeys.Program(program));
    }

    /// <summary>The hosts of a step of PreparePackage.</summary>
    internal static IReadOnlyList<string> Hosts(PlanStep step) =>
        step.Parameters.GetValueOrDefault(YugabyteKeys.Hosts)?.Split(',') ?? [step.Node!];

    private static TimeSpan Longer(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
