namespace Drydock.Reconcilers.Oms;

/// <summary>What a run left on hosts and in the cluster that its status does not know of.</summary>
internal sealed class RunTraces(OmsTargets targets)
{
    private static readonly string[] Before =
    [
        OmsUpgradePhases.DisableHA, OmsUpgradePhases.RenameProjects, OmsUpgradePhases.StopOld, OmsUpgradePhases.Backup,
        OmsUpgradePhases.StartNew,
    ];

    private static readonly string[] BeforeStop = [OmsUpgradePhases.DisableHA, OmsUpgradePhases.RenameProjects];

    /// <summary>The new container of a node, if it was started and the plan does not know of it.</summary>
    /// <exception cref="DockerException">The host cannot be reached.</exception>
    public async Task<InspectedContainer?> StartedUnseenAsync(
        PlanProgress plan, string node, StatusIsCurrent args, CancellationToken cancellationToken)
    {
        if (plan.Step<StartContainer>(node) is { } start && start.HasEverBegun)
        {
            return null;
        }

        // A plan that was compiled again stops the container first.
        var stop = plan.Step<StopContainer>(node, OmsUpgradePhases.RestoreDatabases);
        return await targets.Docker(node).Containers.FindContainerAsync(args.Container, cancellationToken)
            is { StartedAt: not null } container
            && container.ID != args.Leftover
            && (stop is null || (stop.State == StepState.Succeeded
                && (container.State.Running || StopContainer.RanSince(stop, container))))
                ? container
                : null;
    }

    /// <summary>The verified snapshot of the plan that made the container. The uid of its upgrade may be another than
    /// that of the present object, which may have been made again.</summary>
    public async Task<BackupSnapshot?> SnapshotAsync(
        PlanProgress plan, InspectedContainer container, CancellationToken cancellationToken)
    {
        var uid = container.Label(Labels.UpgradeUid) ?? targets.Upgrade.Metadata.Uid;
        var databases = plan.Step<TakeSnapshot>()!.As<TakeSnapshot>().Databases;
        var found = await targets.Kubernetes.ListAsync<BackupSnapshot>(
            targets.Upgrade.Metadata.Namespace,
            new ListOptions
            {
                LabelSelector = $"{Labels.UpgradeUid}={uid},{Labels.PlanId}={container.Label(Labels.PlanId)}",
            },
            cancellationToken);
        return found.Items
            .Where(s => s.Status is { Phase: BackupSnapshotPhases.Succeeded, Verified: not null }
                && s.Spec.Databases.Order(StringComparer.Ordinal).SequenceEqual(
                    databases.Order(StringComparer.Ordinal), StringComparer.Ordinal)
                && s.Metadata.Annotation(Annotations.LastApplied) is null
                && IsNamedByPlan(s.Metadata))
            .OrderBy(s => int.Parse(s.Metadata.Annotation(Annotations.Attempt)!, CultureInfo.InvariantCulture))
            .ThenBy(s => s.Metadata.CreationTimestamp)
            .LastOrDefault();
    }

    // A copy that others made of it has its labels, but another name.
    private static bool IsNamedByPlan(V1ObjectMeta made)
    {
        var end = $"-{made.Label(Labels.PlanId)}-{made.Annotation(Annotations.Attempt)}";
        return made.Name.EndsWith(end, StringComparison.Ordinal)
            || made.Name.EndsWith($"{end}-{made.Annotation(Annotations.Stops)}", StringComparison.Ordinal);
    }

    /// <summary>The plan with what hosts and cluster show to be done; the same object if the plan knows it all. Only
    /// hosts of which the plan does not know everything are read.</summary>
    /// <exception cref="UnreadableTraceException">One of them cannot be read.</exception>
    public async Task<PlanProgress> ReadAsync(PlanProgress plan, CancellationToken cancellationToken)
    {
        var seen = new Dictionary<string, InspectedContainer>(StringComparer.Ordinal);
        foreach (var guard in plan.Guards.Where(g => g.Planned.Check == nameof(StatusIsCurrent)))
        {
            var args = StepArguments.Read<StatusIsCurrent>(guard.Id, guard.Planned.Parameters);
            if (await ReadAsync(guard.Node!, () => StartedUnseenAsync(plan, guard.Node!, args, cancellationToken))
                is { } container)
            {
                seen.Add(guard.Node!, container);
            }
        }

        var stopped = await StoppedUnseenAsync(plan, cancellationToken);
        var isEnabled = await IsEnabledUnseenAsync(plan, seen.Count > 0, cancellationToken);
        string[] reached = seen.Count > 0 ? Before
            : stopped.Count > 0 || await IsDisabledUnseenAsync(plan, cancellationToken) ? BeforeStop
            : [];
        if (reached.Length == 0 && !isEnabled)
        {
            return plan;
        }

        var snapshot = seen.Count == 0 ? null : await SnapshotAsync(plan, seen.Values.First(), cancellationToken);
        var steps = new List<Step>();
        foreach (var step in plan.Steps)
        {
            steps.Add(isEnabled && ReferenceEquals(step, plan.First(OmsUpgradePhases.EnableHA)) ? Done(step, step.Facts)
                : stopped.TryGetValue(step.Id, out var facts) ? Done(step, facts)
                : !reached.Contains(step.Phase) || step.State == StepState.Succeeded ? step
                : step.Is<TakeSnapshot>() ? WithSnapshot(step, snapshot)
                : step.Is<StopContainer>() ? Done(step, Facts(await OldAsync(step, cancellationToken)))
                : Done(step, step.Facts));
        }

        return plan.With(steps);
    }

    // The steps that stop old containers and by the plan have not begun, although they did: such a container is down
    // and has lost its restart policy.
    private async Task<Dictionary<string, SortedDictionary<string, string>?>> StoppedUnseenAsync(
        PlanProgress plan, CancellationToken cancellationToken)
    {
        var stopped = new Dictionary<string, SortedDictionary<string, string>?>(StringComparer.Ordinal);
        foreach (var step in OmsPlanProgress.Stops(plan).Where(s => !s.HasEverBegun))
        {
            if (await OldAsync(step, cancellationToken) is { State.Running: false } old
                && !StopContainer.HasRestartPolicy(old))
            {
                stopped.Add(step.Id, Facts(old));
            }
        }

        return stopped;
    }

    // Whether high availability is on; null if it cannot be read.
    private async Task<bool?> IsEnabledAsync(string database, CancellationToken cancellationToken)
    {
        try
        {
            return await targets.HaConfigAsync(database, cancellationToken) is { } raw
                && (!HaConfig.TryParse(raw, out var config, out _) || config.Enable);
        }
        catch (OmsMetadataException)
        {
            return null;
        }
    }

    private async Task<bool> IsEnabledUnseenAsync(PlanProgress plan, bool isSeen, CancellationToken cancellationToken)
    {
        if (plan.First(OmsUpgradePhases.EnableHA) is not { State: StepState.Pending } enable
            || (!isSeen && !OmsPlanProgress.NewStarted(plan)))
        {
            return false;
        }

        var database = enable.Is<AwaitManualHighAvailability>()
            ? enable.As<AwaitManualHighAvailability>().Database
            : enable.As<EnableHighAvailability>().Database;
        return await IsEnabledAsync(database, cancellationToken) ?? isSeen;
    }

    private async Task<bool> IsDisabledUnseenAsync(PlanProgress plan, CancellationToken cancellationToken)
    {
        return OmsPlanProgress.Disable(plan) is { State: StepState.Pending } disable
            && disable.Is<DisableHighAvailability>()
            && disable.As<DisableHighAvailability>() is var args
            && HaConfig.TryParse(args.Previous, out var previous, out _)
            && previous.Enable
            && await IsEnabledAsync(args.Database, cancellationToken) == false;
    }

    private static Step Done(Step step, IReadOnlyDictionary<string, string>? facts) => step with
    {
        Record = step.Record with
        {
            State = StepState.Succeeded,
            Attempt = Math.Max(1, step.Attempt),
            Message = "The hosts show that it was done; the status did not know of it.",
            Reason = null,
            Facts = facts,
        },
    };

    private static Step WithSnapshot(Step step, BackupSnapshot? snapshot) => snapshot is null
        ? step
        : Done(step, new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [SnapshotReceipts.SnapshotKey] = snapshot.Metadata.Name,
            [SnapshotReceipts.SnapshotUidFact] = snapshot.Metadata.Uid ?? "",
        });

    private static SortedDictionary<string, string>? Facts(InspectedContainer? old) =>
        old?.FinishedAt is { } finished ? StopContainer.Facts(finished, finished, finished) : null;

    private Task<InspectedContainer?> OldAsync(Step step, CancellationToken cancellationToken) => ReadAsync(
        step.Node!,
        () => targets.Docker(step.Node!).Containers.FindContainerAsync(
            step.As<StopContainer>().Container, cancellationToken));

    private static async Task<InspectedContainer?> ReadAsync(string node, Func<Task<InspectedContainer?>> look)
    {
        try
        {
            return await look();
        }
        catch (Exception exception) when (exception is DockerException or OperationCanceledException)
        {
            throw new UnreadableTraceException($"OMS on {node}", exception);
        }
    }
}
