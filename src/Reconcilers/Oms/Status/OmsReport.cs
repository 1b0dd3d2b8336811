namespace Drydock.Reconcilers.Oms;

/// <summary>What an OmsUpgrade reports: moments, snapshots, projects, nodes, and what the administrator has to do.
/// Pure.</summary>
internal static class OmsReport
{
    public static OmsUpgradeStatus Summarize(OmsUpgradeSpec spec, OmsUpgradeStatus status, PlanKind slot, bool isDone)
    {
        var (there, back) = (status.Plan, status.RollbackPlan);
        status = status with
        {
            Times = UpgradeTimestamps.Of(status),
            SnapshotRef = Snapshot(there?.Step<TakeSnapshot>()) ?? status.SnapshotRef,
            RollbackSnapshotRef = back is null ? status.RollbackSnapshotRef : Snapshot(back.Step<TakeSnapshot>()),
            Restore = new[] { there, back }.OfType<PlanProgress>().SelectMany(p => p.Steps)
                .Where(s => s.State != StepState.Succeeded)
                .Select(s => s.Recorded(SnapshotReceipts.RestoreKey))
                .FirstOrDefault(name => name is not null),
            CleanedUpAt = status.CleanupPlan is { IsDone: true } removal ? removal.Steps.Max(s => s.FinishedAt) : null,
            RenamedProjects = there is null
                ? status.RenamedProjects
                : status.IsRolledBack()
                ? []
                : [.. RenamedProjects.Of(there).Take(SchemaLimits.Projects)],
            Nodes = [.. status.Nodes.Select(n => Node(spec, status, n))],
        };
        var compared = there?.Step<CompareProjects>()?.State == StepState.Succeeded;
        status = status with
        {
            Downtime = UpgradeTimestamps.Downtime(status),
            ProjectsAfter = !compared ? null
                : ProjectVerdict.Last(there!) is { } verdict
                ? new ProjectsAfter { Reason = verdict.Reason, Message = verdict.Message }
                : new ProjectsAfter { Reason = Reasons.Unverifiable },
        };
        return isDone
            ? status with
            {
                ActionRequired = slot == PlanKind.Rollback
                    ? StoredItems.Of(back?.Step<ListActions>())
                    : ForwardActions(status),
            }
            : status;
    }

    // The reference is stored once a receipt has the name, so that no other snapshot is taken for it.
    private static SnapshotReference? Snapshot(Step? step) =>
        step?.Recorded(SnapshotReceipts.SnapshotKey) is { } name && step.Recorded(TakeSnapshot.NotTakenFact) is null
            ? new SnapshotReference { Name = name, Uid = step.Recorded(SnapshotReceipts.SnapshotUidFact) }
            : null;

    private static List<ActionItem> ForwardActions(OmsUpgradeStatus status)
    {
        var actions = StoredItems.Of(status.Plan!.Step<ListActions>());
        return status.CleanupPlan is { } cleanup && cleanup.IsDone
            ? [.. actions.Where(a => a.Reason != Reasons.RemoveOldContainers)]
            : actions;
    }

    private static OmsNodeStatus Node(OmsUpgradeSpec spec, OmsUpgradeStatus status, OmsNodeStatus node)
    {
        if (status.RollbackPlan?.Step<StartOldContainer>(node.Name) is { State: StepState.Succeeded } back)
        {
            return node with
            {
                Container = back.As<StartOldContainer>().Name,
                Image = back.Recorded(StartOldContainer.ImageFact),
                ImageID = back.Recorded(StartOldContainer.ImageIdFact),
                Version = spec.FromVersion,
            };
        }

        if (status.Plan?.Step<StartContainer>(node.Name) is not { State: StepState.Succeeded } started)
        {
            return node;
        }

        var created = status.Plan.Step<CreateContainer>(node.Name);
        return node with
        {
            Container = started.As<StartContainer>().Container,
            Image = created?.As<CreateContainer>().Image,
            ImageID = status.Plan.Step<PrepareImage>(node.Name)?.Recorded(PrepareImage.ImageIdFact),
            Version = status.Plan.Step<ReadVersion>(node.Name)?.Recorded(ReadVersion.VersionFact),
        };
    }
}

/// <summary>T1, T2 and T3, as the steps recorded them, and what follows for the downtime. Pure.</summary>
internal static class UpgradeTimestamps
{
    public static UpgradeTimes? Of(OmsUpgradeStatus status)
    {
        if (status.Plan is not { } plan || FirstStop(OmsPlanProgress.Stops(plan)) is not { } t1)
        {
            return null;
        }

        return new UpgradeTimes
        {
            T1 = t1,
            T2 = plan.First(OmsUpgradePhases.EnableHA) is { State: StepState.Succeeded } enable
                ? EnabledAt(enable)
                : null,
            StoppedAgainAt = FirstStop(Stops(status.RollbackPlan)),
            T3 = T3(status.RollbackPlan),
            RolledBackAt = RolledBackAt(status.RollbackPlan),
        };
    }

    public static DateTimeOffset? DownSince(OmsUpgradeStatus status)
    {
        if (status is not { Plan: { } plan, Times: { T1: { } t1, RolledBackAt: null } times })
        {
            return null;
        }

        return UpAgainAt(times, plan) is null ? t1 : times.StoppedAgainAt;
    }

    // One outage, or two if the upgrade had succeeded and was rolled back.
    public static string? Downtime(OmsUpgradeStatus status)
    {
        if (status is not { Plan: { } plan, Times: { } times })
        {
            return null;
        }

        var (up, again) = (UpAgainAt(times, plan), times.StoppedAgainAt);
        if ((up is null || again is not null) && times.RolledBackAt is null)
        {
            return null;
        }

        var total = (up ?? times.RolledBackAt!.Value) - times.T1!.Value;
        total = up is not null && again is { } stopped ? total + (times.RolledBackAt!.Value - stopped) : total;

        // Times of two clocks: not known rather than wrong.
        return total < TimeSpan.Zero ? null : KubernetesDuration.Format(total);
    }

    // Without a switch of high availability the new version counts as up once everything is verified.
    private static DateTimeOffset? UpAgainAt(UpgradeTimes times, PlanProgress plan)
    {
        if (times.T2 is not null || plan.First(OmsUpgradePhases.EnableHA) is { State: not StepState.Succeeded })
        {
            return times.T2;
        }

        var verified = plan.Steps.FindAll(s => s.Phase == OmsUpgradePhases.Verify);
        return verified.TrueForAll(s => s.State == StepState.Succeeded) ? verified.Max(s => s.FinishedAt) : null;
    }

    private static List<Step> Stops(PlanProgress? back) =>
        [.. (back?.Steps ?? []).Where(s => s.Phase == OmsUpgradePhases.StopNew)];

    private static DateTimeOffset? FirstStop(IEnumerable<Step> stops) =>
        stops.Select(s => s.RecordedTime(StopContainer.FinishedAtFact)).Min();

    private static DateTimeOffset? EnabledAt(Step? step) =>
        step is null ? null : step.RecordedTime(EnableHighAvailability.EnabledAtFact);

    // The last stop, once all new containers are stopped.
    private static DateTimeOffset? T3(PlanProgress? back)
    {
        var stops = Stops(back);
        return stops.TrueForAll(s => s.State == StepState.Succeeded)
            ? stops.Select(s => s.RecordedTime(StopContainer.FinishedAtFact)).Max()
            : null;
    }

    private static DateTimeOffset? RolledBackAt(PlanProgress? back) => back is null || !back.IsDone
        ? null
        : EnabledAt(back.First(OmsUpgradePhases.RestoreHA)) ?? back.Steps.Select(s => s.FinishedAt).Max();
}

/// <summary>Whether OMS is up, as the steps show it. Pure.</summary>
internal static class OmsSystem
{
    private static readonly StepRegistry Steps = StepRegistry.Of<OmsTargets>();

    public static (SystemState State, DateTimeOffset? Since) Of(OmsUpgradeStatus status)
    {
        if (UpgradeTimestamps.DownSince(status) is { } down)
        {
            return (SystemState.Down, down);
        }

        // Off from the moment that it may be off, on again once it is on.
        var switched = status.Plans.SelectMany(p => p.Steps)
            .Where(s => s.HasEverBegun)
            .Select(s => (Step: s, On: Steps.Own<HaConfigStep>(s)?.Enables))
            .Where(s => s.On is { } on && (!on || s.Step.State == StepState.Succeeded))
            .OrderBy(s => s.Step.StartedAt)
            .LastOrDefault();
        return switched is { On: false } ? (SystemState.UpWithoutHA, switched.Step.StartedAt)
            : switched.Step?.Recorded(EnableHighAvailability.NotEnabledFact) is not null
                ? (SystemState.UpWithoutHA, switched.Step.FinishedAt)
                : (SystemState.Up, switched.Step?.FinishedAt);
    }
}

/// <summary>What a rollback would cost now: data, a restore, downtime. Pure.</summary>
internal static class OmsRollbackCost
{
    public static string? Of(OmsUpgradeStatus status)
    {
        if (status is not { Plan: { } plan, RollbackPlan: null })
        {
            return null;
        }

        if (!OmsPlanProgress.IsPastT1(plan))
        {
            return StepRegistry.Of<OmsTargets>().Changed(plan)
                ? "No data and no downtime: the changes are undone while OMS keeps running."
                : "Nothing: nothing was changed.";
        }

        if (!OmsPlanProgress.NewStarted(plan))
        {
            return "No data: the old containers are started again on unchanged databases.";
        }

        var stopped = OmsPlanProgress.StoppedAt(plan)?.ToString("u", CultureInfo.InvariantCulture);
        var restore = Restore(plan);
        return plan.First(OmsUpgradePhases.EnableHA) is { } enable && enable.HasEverBegun
            ? $"Everything written to the metadata since {stopped} is lost: new and changed projects, and the progress "
                + "of all. Sources must hold their logs since then. OMS is down meanwhile. "
                + restore
            : $"Only what the new version wrote to the metadata since {stopped} is lost; OMS has been down since then. "
                + restore;
    }

    /// <summary>Continues "A rollback after that". Null if nothing is changed.</summary>
    public static string? After(PlanProgress plan)
    {
        const string Unknown = "How long it takes is not known.";
        if (!OmsPlanProgress.IsPastT1(plan))
        {
            return StepRegistry.Of<OmsTargets>().Changed(plan) ? "loses no data, and OMS stays up." : null;
        }

        if (!OmsPlanProgress.NewStarted(plan))
        {
            return $"loses no data: the old containers start again. {Unknown}";
        }

        var since = OmsPlanProgress.StoppedAt(plan) is { } stopped ? $"{stopped:u}" : "the old containers stopped";
        var lost = plan.First(OmsUpgradePhases.EnableHA) is { HasEverBegun: true }
            ? $"loses everything written to the metadata since {since}: projects, and the progress of all."
            : $"loses only what the new version wrote to the metadata since {since}.";
        return $"{lost} {(DumpTook(plan) is { } took ? $"The dump to restore took {took}." : Unknown)}";
    }

    private static string Restore(PlanProgress plan)
    {
        var snapshot = plan.Step<TakeSnapshot>();
        var databases = snapshot?.As<TakeSnapshot>().Databases.Count ?? 0;
        var took = DumpTook(plan) is { } known ? $"; their dump took {known}" : "";
        return Sentences.Join(
            $"{databases} databases are restored from BackupSnapshot "
                + $"{snapshot?.Recorded(SnapshotReceipts.SnapshotKey)}{took}.",
            OutsideKey.Acknowledged(plan));
    }

    private static string? DumpTook(PlanProgress plan) =>
        plan.Step<TakeSnapshot>() is { } dump && StepDurations.Of(dump) is { } took
            ? KubernetesDuration.Format(took)
            : null;
}
