namespace Drydock.Reconcilers.Oms;

/// <summary>After T1 no old container runs, and during a rollback no new one: old and new share logs, store and run
/// mounts and would corrupt them (docs/research/oms.md#rollback). An old container that ran since T1 wrote to the
/// metadata: before StartNew the snapshot is taken again, after it an administrator decides.</summary>
/// <param name="Container">Id of the old container, name of the new one.</param>
/// <param name="IsNew">Whether it is the new container, which may be removed.</param>
internal sealed record ContainerStaysStopped(string Container, string Name, bool IsNew = false) : GuardBase<OmsTargets>
{
    public const string NewPrefix = "NewStaysStopped/";
    private const string Gone = "removed";

    public static PlanGuard New(string node, string name, string? from, string? until) =>
        PlannedGuard.Of(
            NewPrefix + node,
            node,
            new ContainerStaysStopped(name, name, IsNew: true),
            from is null ? [] : [from],
            until);

    public override async Task<GuardReading> CheckAsync(PlanGuard guard, Plan plan, CancellationToken cancellationToken)
    {
        var where = $"container {Name} on {guard.Node}";
        if (await Targets.Docker(guard.Node!).Containers.FindContainerAsync(Container, cancellationToken)
            is not { } container)
        {
            return IsNew
                ? GuardReading.Holds
                : GuardReading.Broken(
                    $"The old {where} was removed, so this upgrade cannot be rolled back any more.") with
                {
                    Key = Gone,
                    NoRollback = true,
                    Check = "The old container was removed during the upgrade: a rollback is not possible.",
                };
        }

        var stop = IsNew ? null : plan.Step<StopContainer>(guard.Node!, OmsUpgradePhases.StopOld);
        return container.State.Running ? Runs(where, container, stop, plan)
            : stop is not null && StopContainer.RanSince(stop, container) ? Ran(where, container, stop, plan)
            : GuardReading.Holds;
    }

    private GuardReading Runs(string where, InspectedContainer container, PlanStep? stop, Plan plan)
    {
        var then = stop is null ? "Then the run continues automatically."
            : OmsPlanProgress.NewStarted(plan) ? "Nothing continues automatically after that."
            : "Then the snapshot is taken again and the upgrade continues automatically.";
        return GuardReading.Broken(
            $"The {(IsNew ? "new" : "old")} {where} runs since {Time(container.StartedAt)}; this run did not "
            + $"start it. If OMS is in use on it, leave it running and abort this run ({Annotations.Abort}=<token>). "
            + $"Otherwise run `docker stop {Name}` on that host. {then}");
    }

    private static GuardReading Ran(string where, InspectedContainer container, PlanStep stop, Plan plan)
    {
        var ran = $"The old {where} ran from {Time(container.StartedAt)} to {Time(container.FinishedAt)}, after this "
            + "upgrade had stopped it.";
        if (!OmsPlanProgress.NewStarted(plan))
        {
            return GuardReading.Broken($"{ran} The snapshot is taken again.") with
            {
                Since = container.StartedAt,
                Check = "The old container ran during the upgrade, before the snapshot that a rollback uses was taken.",
                Repeats =
                [
                    stop.Id,
                    .. plan.Steps.Where(s => s.Phase == OmsUpgradePhases.Backup).Select(s => s.Id),
                ],
            };
        }

        // A restore would also drop what the new version wrote since it is in use.
        var isInUse = OmsPlanProgress.HasNewData(plan);
        return GuardReading.Broken(Sentences.Join(
            $"{ran} Both versions may have written to the same metadata and stores. Nothing is started.",
            isInUse ? "OMS is in use again, so no snapshot is restored by a retry: accept it, or roll back." : null,
            "If you accept it, the upgrade continues on these data, which no check covers.")) with
        {
            Key = container.FinishedAt?.ToString("O", CultureInfo.InvariantCulture),
            Since = container.StartedAt,
            RestoreFirst = !isInUse,
            Check = "The old container ran beside the new version: compare projects and Stores with their sources.",
        };
    }

    private static string Time(DateTimeOffset? time) =>
        time?.ToString("u", CultureInfo.InvariantCulture) ?? "an unknown time";
}
