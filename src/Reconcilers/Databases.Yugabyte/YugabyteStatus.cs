using System.Globalization;
using Drydock.Abstractions.Plans;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What the receipts of the plans say for status. Pure: the same plans give the same status.</summary>
internal static class YugabyteStatus
{
    /// <summary>The status with what preflight learned.</summary>
    public static DatabaseRollingUpgradeStatus Learn(DatabaseRollingUpgradeStatus status, YugabyteDiscovery discovery)
    {
        ArgumentNullException.ThrowIfNull(status);
        ArgumentNullException.ThrowIfNull(discovery);
        return status with
        {
            Findings = [],
            Instances = [.. discovery.Instances.Select(i => new DatabaseInstanceStatus { Name = i.Name, Component = i.Component, Version = i.Version })],
            AutoFlagsConfigBefore = discovery.AutoFlagsVersion ?? status.AutoFlagsConfigBefore,
        };
    }

    /// <summary>
    /// The status with what its plans say: versions, AutoFlags, paused groups, how long it took, and what a person has
    /// to do. A plan that has stopped for good, by failure, abort or success, never leaves a group paused or a server
    /// without leaders without an entry that says so.
    /// </summary>
    /// <param name="status">The status with the plans as they are about to be stored, aborts included.</param>
    /// <param name="spec">The spec.</param>
    public static DatabaseRollingUpgradeStatus Compose(
        DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec)
    {
        ArgumentNullException.ThrowIfNull(status);
        ArgumentNullException.ThrowIfNull(spec);
        if (status.Plan is not { } plan)
        {
            return status;
        }

        var (back, promote) = (status.RollbackPlan, YugabyteWork.Find(plan, YugabyteStepIds.Promote));
        return status with
        {
            Instances = [.. status.Instances.Select(i => i with { Version = VersionOf(i, spec, plan, back) ?? i.Version })],
            AutoFlagsConfigBefore = Number(YugabyteWork.Find(plan, YugabyteStepIds.AdminTool), YugabyteKeys.FlagsBefore) ?? status.AutoFlagsConfigBefore,
            AutoFlagsConfig = promote is { State: StepState.Succeeded } ? Number(promote, YugabyteKeys.FlagsAfter) : null,
            PausedReplication = [.. Paused(plan, back).Select(g => g.Name).Distinct(StringComparer.Ordinal).Select(n => SchemaLimits.Clip(n, SchemaLimits.Name))],
            Elapsed = Elapsed(plan),
            ActionRequired = Rests(status) ? [.. LeftBehind(spec, status).Concat(AfterPromotion(promote)).Take(SchemaLimits.Findings)] : [],
        };
    }

    /// <summary>
    /// What is left as it should not stay if nothing more is done: groups that were paused, servers that are or may be
    /// kept without leaders, each with the command that mends it. For an object that is let go in the middle too.
    /// </summary>
    public static IReadOnlyList<ActionItem> LeftBehind(
        DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(status);
        if (status.Plan is not { } plan)
        {
            return [];
        }

        var commands = new YugabyteCommands(spec);
        return
        [
            .. Paused(plan, status.RollbackPlan).Select(g => new ActionItem
            {
                Reason = Reasons.ReplicationPaused,
                Subject = SchemaLimits.Clip(g.Name, SchemaLimits.Name),
                Message = $"replication group {g.Name} is paused{(g.Side == YugabyteKeys.There ? " at its peer" : "")} and this upgrade does not resume it now. Once every process of both clusters runs the same version, '{commands.Resume(g.Name, g.Side)}' on {commands.ToolHost} resumes it",
            }),
            .. WithoutLeaders(plan, status.RollbackPlan).Select(name => new ActionItem
            {
                Reason = Reasons.LeaderBlacklisted,
                Subject = name,
                Message = $"{name} is or may be in the leader blacklist, which keeps it without leaders for ever; '{commands.Release(name)}' on {commands.ToolHost} takes it out",
            }),
        ];
    }

    private static IEnumerable<ActionItem> AfterPromotion(PlanStep? promote)
    {
        if (promote?.Recorded(YugabyteKeys.NeedsRestart) == "true")
        {
            yield return new ActionItem { Reason = Reasons.RestartRequired, Message = "AutoFlags were promoted that only a restart applies: restart every master and tablet server, one at a time" };
        }
    }

    // Nothing more is done by itself: what ran has failed, was stopped, or is over.
    private static bool Rests(DatabaseRollingUpgradeStatus status)
    {
        var active = status.RollbackPlan ?? status.Plan!;
        return status.AbortedBy is not null
            || active.Steps.Exists(s => s.State is StepState.Failed or StepState.Unknown)
            || active.Steps.TrueForAll(s => s.State == StepState.Succeeded);
    }

    private static IEnumerable<DiscoveredGroup> Paused(Plan plan, Plan? back) =>
        YugabyteRollbackPlanner.PausedGroups(plan)
            .Where(g => back is null || YugabyteWork.Find(back, YugabyteStepIds.Resume(g.Name, g.Side)) is not { State: StepState.Succeeded });

    private static IEnumerable<string> WithoutLeaders(Plan plan, Plan? back) =>
        (back is null ? [plan] : new[] { plan, back })
            .SelectMany(LeaderBlacklistIsClean.InHand)
            .Distinct(StringComparer.Ordinal)
            .Where(name => !(back is not null && IsReleased(back, name)) && !(back is null && GaveUp(plan, name)));

    private static bool IsReleased(Plan back, string name) =>
        YugabyteWork.Find(back, YugabyteStepIds.Release(name)) is { State: StepState.Succeeded }
        || YugabyteWork.Find(back, YugabyteStepIds.Verify(DatabaseRollingUpgradePhases.RollbackTServers, name)) is { State: StepState.Succeeded }
        || GaveUp(back, name);

    // A step that gave up has taken its server out again before it failed for the reason it wrote down.
    private static bool GaveUp(Plan plan, string name) => plan.Steps.Exists(s =>
        s.Node == name && s.State == StepState.Failed && s.Recorded(YugabyteKeys.GiveUp) is { } reason && reason == s.Reason);

    private static string? VersionOf(DatabaseInstanceStatus instance, DatabaseRollingUpgradeSpec spec, Plan plan, Plan? back) =>
        back is not null && IsSwapped(back, instance) ? spec.FromVersion
        : IsSwapped(plan, instance) ? spec.ToVersion
        : null;

    private static bool IsSwapped(Plan plan, DatabaseInstanceStatus instance) => plan.Steps.Exists(s =>
        s.State == StepState.Succeeded
        && (s.Action == YugabyteActions.SwapTserver ? s.Node == instance.Name : s.Action == YugabyteActions.SwapMaster && s.Recorded(YugabyteKeys.Instance) == instance.Name));

    private static string? Elapsed(Plan plan)
    {
        var began = plan.Steps.Where(s => YugabyteActions.IsSwap(s) && s.StartedAt is not null).Select(s => s.StartedAt).Min();
        var ended = plan.Steps.Where(s => s.Action is YugabyteActions.VerifyMaster or YugabyteActions.VerifyTserver && s.State == StepState.Succeeded).Select(s => s.FinishedAt).Max();
        return began is { } from && ended is { } to && to > from ? KubernetesDuration.Format(to - from) : null;
    }

    private static int? Number(PlanStep? step, string key) =>
        int.TryParse(step?.Recorded(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
