namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Derives the status from what the steps of the plans have recorded. Pure.</summary>
internal static class YugabyteStatus
{
    /// <summary>The status with versions, AutoFlags, paused groups, elapsed time and required actions. If a plan has
    /// ended, by failure, abort or success, every group that is still paused and every server that is still kept
    /// without leaders has an entry in ActionRequired.</summary>
    public static DatabaseRollingUpgradeStatus Compose(
        DatabaseRollingUpgradeStatus status, DatabaseRollingUpgradeSpec spec)
    {
        if (status.Plan is not { } plan)
        {
            return status;
        }

        var back = status.RollbackPlan;
        var before = Number(plan.Step<ProveAdminTool>(), ProveAdminTool.FlagsFact);
        var paused = SetReplication.Paused(plan, back).ToList();
        return status with
        {
            Instances =
            [
                .. status.Instances.Select(i => i with { Version = VersionOf(i, spec, plan, back) ?? i.Version }),
            ],
            AutoFlagsConfigBefore = before ?? status.AutoFlagsConfigBefore,
            AutoFlagsConfig = plan.Steps.FindLast(s => s.Is<PromoteAutoFlags>() && s.State == StepState.Succeeded)
                is { } last
                ? Number(last, PromoteAutoFlags.FlagsAfterFact)
                : null,
            ConfigurationRef = plan.Step<SaveServerConfiguration>()?.Recorded(ConfigurationSecret.NameKey)
                is { } secret
                ? new SecretReference { Name = secret }
                : status.ConfigurationRef,
            PausedReplication =
            [
                .. paused.Select(p => p.Group.Group).Distinct(StringComparer.Ordinal).Select(
                    n => SchemaLimits.Clip(n, SchemaLimits.Name)),
            ],
            ReplicationDeadline = paused.Min(p => SetReplication.Deadline(p.Step)),
            Elapsed = Elapsed(plan),
            ActionRequired = HasEnded(status)
                ?
                [
                    .. LeftBehind(spec, status)
                        .Concat(AfterPromotion(spec, plan, back))
                        .Concat(Broken(plan))
                        .Concat(BootScripts(spec, plan))
                        .Take(SchemaLimits.Findings),
                ]
                : [],
        };
    }

    public static IReadOnlyList<ActionItem> LeftBehind(
        DatabaseRollingUpgradeSpec spec, DatabaseRollingUpgradeStatus status)
    {
        if (status.Plan is not { } plan)
        {
            return [];
        }

        var toolHost = spec.ToolHost ?? (spec.Instances.Count > 0 ? spec.Instances[0].Host : "the tool host");
        var isRestored = status.RollbackPlan?.Step<RestoreLeaderSpeed>() is { State: StepState.Succeeded };
        var speed = LeaderSpeed.LeftBehind(spec, plan, isRestored, toolHost);
        return
        [
            .. speed is null ? Array.Empty<ActionItem>() : [speed],
            .. SetReplication.Paused(plan, status.RollbackPlan).Select(p => p.Group).Select(g => ActionItems.Of(
                Reasons.ReplicationPaused, SchemaLimits.Clip(g.Group, SchemaLimits.Name),
                $"Replication group {g.Target.Display(g.Group)} is paused, and this upgrade no longer resumes it. Once "
                + $"every process of both clusters runs the same version, run `{Resume(spec, g)}` on {toolHost}.")),
            .. WithoutLeaders(plan, status.RollbackPlan).Select(name => ActionItems.Of(
                Reasons.LeaderBlacklisted, name,
                $"{name} is or may be in the leader blacklist, which keeps it without leaders permanently. "
                + $"Run `{Release(spec, name)}` on {toolHost}.")),
        ];
    }

    private static string Resume(DatabaseRollingUpgradeSpec spec, SetReplication group)
    {
        var peer = spec.Yugabyte?.Replication.Groups.Find(g => g.Name == group.Group)?.Peer;
        var command = group.Target == ReplicationTarget.There && peer is not null
            ? AdminCommand.Of(spec, peer)
            : AdminCommand.Of(spec);
        return command.Replication(group.Group, enabled: true);
    }

    private static string Release(DatabaseRollingUpgradeSpec spec, string name) => AdminCommand.Of(spec).Release(
        spec.Instances.Find(i => i.Name == name) is { } server ? $"{spec.Service(server)}" : name);

    // A rollback rolls the flags back and restarts every process.
    private static IEnumerable<ActionItem> AfterPromotion(
        DatabaseRollingUpgradeSpec spec, PlanProgress plan, PlanProgress? back) =>
        back is not null
        || (spec.DesiredState == DesiredState.RolledBack && YugabyteRollback.Obstacle(spec, plan) is null)
        || !plan.Steps.Exists(s => s.Recorded(PromoteAutoFlags.NeedsRestartFact) == "true") ? [] :
        [
            ActionItems.Of(
                Reasons.RestartRequired, "",
                "AutoFlags were promoted that only a restart applies, or the answer of the admin tool, which says so, "
                + "was lost. Restart every master and tablet server, one at a time."),
        ];

    private static IEnumerable<ActionItem> Broken(PlanProgress plan) =>
        from step in plan.Steps
        where step.Is<SetReplication>()
        let errors = step.Recorded(SetReplication.ErrorsFact)
        where errors is not null
        let args = step.As<SetReplication>()
        select ActionItems.Of(
            Reasons.ReplicationBroken, SchemaLimits.Clip(args.Group, SchemaLimits.Name),
            $"Replication group {args.Group} was resumed and reported {errors} a minute after that. Check it with "
            + $"`{AdminOutput.ReplicationErrorsCommand} {args.Group}` at its target. If the errors stay, bootstrap the "
            + "target.");

    // Only an administrator knows what starts a plain process after a reboot.
    private static IEnumerable<ActionItem> BootScripts(DatabaseRollingUpgradeSpec spec, PlanProgress plan)
    {
        if (!plan.IsDone)
        {
            yield break;
        }

        var plain = spec.Instances.Where(
            i => spec.ControlOf(i) is { Process: not null, Swap: null or SwapMethod.NewDirectory, Link: null })
            .Select(i => i.Name).ToList();
        if (plain.Count > 0)
        {
            yield return ActionItems.Of(
                Reasons.CheckBootScripts, "",
                $"{Sentences.List(plain, 6)} run from {spec.Package.Directory}. If cron, rc.local or another "
                + "script starts them at boot, it still names the old directory. Correct it on the hosts.");
        }
    }

    private static bool HasEnded(DatabaseRollingUpgradeStatus status)
    {
        var active = status.RollbackPlan ?? status.Plan!;
        return status.AbortedBy is not null
            || active.Steps.Exists(s => s.State is StepState.Failed or StepState.Unknown)
            || active.IsDone;
    }

    private static IEnumerable<string> WithoutLeaders(PlanProgress plan, PlanProgress? back) =>
        LeaderBlacklistIsClean.InHand(plan, back).Where(
            name => back is null ? !GiveUp.HasReleased(plan, name) : !IsReleased(back, name));

    private static bool IsReleased(PlanProgress back, string name) =>
        back.Step<ReleaseLeaders>(name) is { State: StepState.Succeeded }
        || back.Step<VerifyTserver>(name) is { State: StepState.Succeeded }
        || GiveUp.HasReleased(back, name);

    private static string? VersionOf(
        DatabaseInstanceStatus instance, DatabaseRollingUpgradeSpec spec, PlanProgress plan, PlanProgress? back) =>
        back is not null && IsSwapped(back, instance) ? spec.FromVersion
        : IsSwapped(plan, instance) ? spec.ToVersion
        : null;

    private static bool IsSwapped(PlanProgress plan, DatabaseInstanceStatus instance) => plan.Steps.Exists(s =>
        s.State == StepState.Succeeded
        && InstanceSwap.Is(s)
        && InstanceSwap.InstanceOf(s) == instance.Name);

    private static string? Elapsed(PlanProgress plan)
    {
        var began = plan.Steps.Where(InstanceSwap.Is).Min(s => s.StartedAt);
        var ended = plan.Steps
            .Where(s => (s.Is<VerifyMaster>() || s.Is<VerifyTserver>()) && s.State == StepState.Succeeded)
            .Max(s => s.FinishedAt);
        return began is { } from && ended is { } to && to > from ? KubernetesDuration.Format(to - from) : null;
    }

    private static int? Number(Step? step, string key) =>
        int.TryParse(step?.Recorded(key), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
}
