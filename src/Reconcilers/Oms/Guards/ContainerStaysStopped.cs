namespace Drydock.Reconcilers.Oms;

/// <summary>After T1 no old container runs, and during a rollback no new one, and no other container that may write to
/// the data of OMS: they share logs, store and run mounts and would corrupt them
/// (docs/project/research/oms.md#rollback). One that ran since T1 wrote to the metadata: before StartNew the snapshot
/// is taken again, after it an administrator decides.</summary>
/// <param name="Container">Id of the old container, name of the new one.</param>
/// <param name="IsNew">Whether it is the new container, which may be removed.</param>
/// <param name="Readers">The other containers with these data that were acknowledged in preflight
/// (<see cref="OmsContainers.KeyOf"/>); null if no others are looked for.</param>
internal sealed record ContainerStaysStopped(
    string Container, string Name, bool IsNew = false, [property: Measured] List<string>? Readers = null)
    : GuardBase<OmsTargets>
{
    public const string NewPrefix = "NewStaysStopped/";
    private const string Gone = "removed";
    private const string Other = "Container ";
    private const string Vanished = "vanished ";

    public static PlannedGuard New(
        string node, string name, string? from, string? until, List<string>? readers = null) =>
        PlannedGuards.Of(
            NewPrefix + node,
            node,
            new ContainerStaysStopped(name, name, IsNew: true, readers),
            from is null ? [] : [from],
            until);

    /// <summary>What the guard of a node's old container knows of others; null if no others are looked for.</summary>
    public static List<string>? ReadersOf(PlanProgress plan, string node) =>
        plan.Guards.Find(g => g.Planned.Check == nameof(ContainerStaysStopped) && g.Node == node) is { } guard
            ? StepArguments.Read<ContainerStaysStopped>(guard.Id, StepArguments.Of(guard.Planned)).Readers
            : null;

    public override async Task<GuardReading> CheckAsync(
        Guard guard, PlanProgress plan, CancellationToken cancellationToken)
    {
        var container = await FindAsync(guard, Container, cancellationToken);
        var others = await OthersAsync(guard, plan, container, cancellationToken);
        return others.Select(other => Judge(guard, plan, other, isOther: true))
            .Concat(Disappeared(guard, plan, others))
            .Prepend(container is null ? Removed(guard) : Judge(guard, plan, container, isOther: false))
            .FirstOrDefault(r => r.State != GuardState.Holds && !GuardRecords.IsAccepted(guard.Record, r))
            ?? GuardReading.Holds;
    }

    // One that was seen running and removed itself is in no list any more.
    private IEnumerable<GuardReading> Disappeared(
        Guard guard, PlanProgress plan, IReadOnlyList<InspectedContainer> others)
    {
        if (IsNew || guard.Record.Open is not { Check: { } check } open
            || !check.StartsWith(Other, StringComparison.Ordinal)
            || others.Any(o => check.StartsWith($"{Other}{o.ShortName} ", StringComparison.Ordinal)))
        {
            return [];
        }

        var stop = plan.Step<StopContainer>(guard.Node!, OmsUpgradePhases.StopOld)!;
        var what = string.Join(' ', check.Split(' ').Take(2));
        var key = open.Key ?? $"{Vanished}{open.From:O}";
        var ran = $"{what} on {guard.Node} was seen running since {Time(open.From)}, and was removed meanwhile. When "
            + "it ended is not known.";
        return [Ran(what, ran, key, stop, plan) with { Since = open.From }];
    }

    // From when a rollback starts the old container, others are as before the upgrade.
    private async Task<IReadOnlyList<InspectedContainer>> OthersAsync(
        Guard guard, PlanProgress plan, InspectedContainer? container, CancellationToken cancellationToken)
    {
        var start = plan.Step<StartOldContainer>(guard.Node!);
        if (Readers is null || (start is not null && start.HasEverBegun))
        {
            return [];
        }

        var own = IsNew ? start!.As<StartOldContainer>().Container : OmsPlanProgress.NewName(plan, guard.Node!);
        return (container ?? await FindAsync(guard, own, cancellationToken)) is { } oms
            ? await OmsContainers.WritersAsync(
                Targets, guard.Node!, oms, own, Readers, cancellationToken)
            : [];
    }

    private Task<InspectedContainer?> FindAsync(Guard guard, string name, CancellationToken cancellationToken) =>
        Targets.Docker(guard.Node!).Containers.FindContainerAsync(name, cancellationToken);

    private GuardReading Removed(Guard guard) => IsNew
        ? GuardReading.Holds
        : GuardReading.Broken(
            $"The old container {Name} on {guard.Node} was removed, so this upgrade cannot be rolled back any more.")
            with
        {
            Key = Gone,
            NoRollback = true,
            Check = "The old container was removed during the upgrade: a rollback is not possible.",
        };

    private GuardReading Judge(Guard guard, PlanProgress plan, InspectedContainer container, bool isOther)
    {
        var stop = IsNew ? null : plan.Step<StopContainer>(guard.Node!, OmsUpgradePhases.StopOld);
        var what = (isOther ? Other : IsNew ? "The new container " : "The old container ") + container.ShortName;
        var (started, finished) = (Time(container.StartedAt), Time(container.FinishedAt));
        var (more, change) = isOther ? (OmsContainers.Introduce(container), " and what started it") : (null, "");
        if (container.State.Running)
        {
            var then = isOther ? null : stop is null ? "Then the run continues automatically."
                : OmsPlanProgress.NewStarted(plan) ? "Nothing continues automatically after that."
                : "Then the upgrade continues with a new snapshot.";
            return GuardReading.Broken(Sentences.Join(
                $"{what} on {guard.Node} runs since {started}, not started by this run.",
                more,
                $"If OMS is in use on it, abort this run ({Annotations.Abort}=<token>). Otherwise stop it "
                + $"(`docker stop {container.ShortName}`){change}.",
                then)) with
            {
                Since = isOther ? container.StartedAt : null,
                Check = isOther ? $"{what} ran during the upgrade: check what it wrote." : null,
            };
        }

        if (stop is null || !StopContainer.RanSince(stop, container, isOther))
        {
            return GuardReading.Holds;
        }

        var ran = Sentences.Join(
            $"{what} on {guard.Node} ran from {started} to {finished}, after this upgrade had stopped OMS.", more);
        return Ran(what, ran, $"{(isOther ? $"{container.ID} " : "")}{container.FinishedAt:O}", stop, plan) with
        {
            Since = container.StartedAt,
        };
    }

    private static GuardReading Ran(string what, string ran, string key, Step stop, PlanProgress plan)
    {
        if (!OmsPlanProgress.NewStarted(plan))
        {
            return GuardReading.Broken($"{ran} The snapshot is taken again.") with
            {
                Check = $"{what} ran during the upgrade, before the snapshot that a rollback uses was taken.",
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
            $"{ran} Both versions may have written to the same data.",
            isInUse ? "OMS is in use again, so no snapshot is restored by a retry: accept it, or roll back." : null,
            "An acceptance is covered by no check.")) with
        {
            Key = key,
            RestoreFirst = !isInUse,
            Check = $"{what} ran beside the new version: compare projects and Stores with their sources.",
        };
    }

    private static string Time(DateTimeOffset? time) =>
        time?.ToString("u", CultureInfo.InvariantCulture) ?? "an unknown time";
}
