namespace Drydock.Reconcilers.Oms;

/// <summary>What a run left on hosts and in the cluster that its status does not know of.</summary>
internal sealed class RunTraces(IOmsTargets targets)
{
    private static readonly string[] Before =
    [
        OmsUpgradePhases.DisableHA, OmsUpgradePhases.RenameProjects, OmsUpgradePhases.StopOld, OmsUpgradePhases.Backup,
        OmsUpgradePhases.StartNew,
    ];

    /// <summary>The new container of a node, if it was started and the plan does not know of it.</summary>
    /// <exception cref="DockerException">The host cannot be reached.</exception>
    public async Task<ContainerInspectResponse?> StartedUnseenAsync(
        Plan plan, string node, StatusIsCurrent.Args args, CancellationToken cancellationToken)
    {
        if (plan.Step(StepIds.StartNew(node)) is { } start && PlanProgress.Begun(start))
        {
            return null;
        }

        try
        {
            var container = await targets.Docker(node).Containers.InspectContainerAsync(
                args.Container, cancellationToken);

            // A plan that was compiled again stops the container first.
            var isUnseen = plan.Step(RollbackIds.RestoreStop(node)) is not { } stop
                || (stop.State == StepState.Succeeded
                    && (container.State.Running || StopContainer.RanSince(stop, container.State)));
            return isUnseen && container.State.StartedAt is not null && container.ID != args.Leftover
                ? container
                : null;
        }
        catch (DockerNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The newest verified snapshot of the upgrade that made the container. Its uid may be another than that
    /// of the present object, which may have been made again.</summary>
    public async Task<BackupSnapshot?> SnapshotAsync(
        Plan plan, ContainerInspectResponse container, CancellationToken cancellationToken)
    {
        var uid = container.Config.Labels?.GetValueOrDefault(Labels.UpgradeUid) ?? targets.Upgrade.Metadata.Uid;
        var databases = plan.Step(StepIds.Snapshot)!.Arguments<TakeSnapshot.Args>().Databases;
        var found = await targets.Kubernetes.ListAsync<BackupSnapshot>(
            targets.Upgrade.Metadata.Namespace,
            new ListOptions { LabelSelector = $"{Labels.UpgradeUid}={uid}" },
            cancellationToken);
        return found.Items
            .Where(s => s.Status is { Phase: BackupSnapshotPhases.Succeeded, Verified: true }
                && s.Spec.Databases.Order(StringComparer.Ordinal).SequenceEqual(
                    databases.Order(StringComparer.Ordinal), StringComparer.Ordinal)
                && !SnapshotNames.IsBeforeRollback(s.Metadata.Name))
            .MaxBy(s => s.Metadata.CreationTimestamp);
    }

    /// <summary>The plan with what hosts and cluster show to be done; the same object if the plan knows it all. A host
    /// that cannot be read counts as the plan has it: the guards of a rollback read it before anything is
    /// started.</summary>
    public async Task<Plan> ReadAsync(Plan plan, CancellationToken cancellationToken)
    {
        var seen = new Dictionary<string, ContainerInspectResponse>(StringComparer.Ordinal);
        foreach (var guard in plan.Guards.Where(g => g.Check == nameof(StatusIsCurrent)))
        {
            try
            {
                var args = StepArguments.Read<StatusIsCurrent.Args>(guard.Id, guard.Parameters);
                if (await StartedUnseenAsync(plan, guard.Node!, args, cancellationToken) is { } container)
                {
                    seen.Add(guard.Node!, container);
                }
            }
            catch (DockerException)
            {
                // See above.
            }
        }

        var isEnabled = (seen.Count > 0 || OmsPlanProgress.NewStarted(plan))
            && (await IsEnabledUnseenAsync(plan, cancellationToken) ?? seen.Count > 0);
        if (seen.Count == 0 && !isEnabled)
        {
            return plan;
        }

        var snapshot = seen.Count == 0 ? null : await SnapshotAsync(plan, seen.Values.First(), cancellationToken);
        var steps = new List<PlanStep>();
        foreach (var step in plan.Steps)
        {
            steps.Add(step.Id == StepIds.EnableHA && isEnabled ? Done(step, step.Facts)
                : seen.Count == 0 || !Before.Contains(step.Phase) || step.State == StepState.Succeeded ? step
                : step.Id == StepIds.Snapshot ? WithSnapshot(step, snapshot)
                : step.Is<StopContainer>() ? Done(step, await StoppedAsync(step, cancellationToken))
                : Done(step, step.Facts));
        }

        return plan with { Steps = steps };
    }

    // Whether high availability is on and the plan does not know of it; null if it cannot be read.
    private async Task<bool?> IsEnabledUnseenAsync(Plan plan, CancellationToken cancellationToken)
    {
        if (plan.Step(StepIds.EnableHA) is not { State: StepState.Pending } enable)
        {
            return false;
        }

        var database = enable.Is<AwaitManualHighAvailability>()
            ? enable.Arguments<AwaitManualHighAvailability.Args>().Database
            : enable.Arguments<EnableHighAvailability.Args>().Database;
        try
        {
            var metadata = await targets.MetadataAsync(cancellationToken);
            var row = await metadata.ReadHaConfigAsync(database, cancellationToken);
            return row.Raw is not null
                && (!HaConfig.TryParse(row.Raw, out var config, out _) || config.Enable);
        }
        catch (OmsMetadataException)
        {
            return null;
        }
    }

    private static PlanStep Done(PlanStep step, SortedDictionary<string, string>? facts) => step with
    {
        State = StepState.Succeeded,
        Attempt = Math.Max(1, step.Attempt),
        Message = "The hosts show that it was done; the status did not know of it.",
        Reason = null,
        Facts = facts,
    };

    private static PlanStep WithSnapshot(PlanStep step, BackupSnapshot? snapshot) => snapshot is null
        ? step
        : Done(step, new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            [SnapshotReceipts.SnapshotKey] = snapshot.Metadata.Name,
            [SnapshotReceipts.SnapshotUidFact] = snapshot.Metadata.Uid ?? "",
        });

    private async Task<SortedDictionary<string, string>?> StoppedAsync(
        PlanStep step, CancellationToken cancellationToken)
    {
        try
        {
            var old = await targets.Docker(step.Node!).Containers.InspectContainerAsync(
                step.Arguments<StopContainer.Args>().Container, cancellationToken);
            return old.State.FinishedAt is not { } finished ? null : StopContainer.Facts(finished, finished);
        }
        catch (DockerException)
        {
            return null;
        }
    }
}
