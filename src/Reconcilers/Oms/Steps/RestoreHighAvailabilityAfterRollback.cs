using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// A rollback after T1: restores ha.config to its value before the upgrade. With perceiveStoreClientCheckpoint false
/// its refetchStoreIntervalMin is raised to the minutes from T1 to this write and the margin, because the restored
/// metadata end at T1 (docs/research/oms.md#rollback); never below the former value. Written only over what the
/// upgrade left there: the former text with enable false.
/// </summary>
internal sealed class RestoreHighAvailabilityAfterRollback(IOmsTargets targets)
    : OmsStep<RestoreHighAvailabilityAfterRollback.Args>(targets)
{
    private const string ExpectedKey = "expected";
    private const string TargetKey = "target";

    /// <param name="Database">The rm database.</param>
    /// <param name="Previous">ha.config before the upgrade.</param>
    /// <param name="StoppedAt">T1.</param>
    /// <param name="RefetchMargin">
    /// What is added to the time since T1, a duration; null if refetchStoreIntervalMin stays.
    /// </param>
    public sealed record Args(
        string Database, string Previous, DateTimeOffset StoppedAt, string? RefetchMargin = null);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        if (context.Receipt(TargetKey) is not { } target)
        {
            return new Observation.NotStarted();
        }

        var raw = await Targets.HaConfigAsync(args.Database, cancellationToken);
        if (raw is not null && HaConfig.Parse(raw).Equals(HaConfig.Parse(target)))
        {
            return new Observation.Done($"ha.config is {raw}");
        }

        return raw == context.Receipt(ExpectedKey)
            ? new Observation.NotStarted()
            : new Observation.Failed(
                Reasons.TargetChanged,
                "Another session changed ha.config while the operator was restoring it. "
                + "The operator reads ha.config again and retries.");
    }

    protected override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var raw = await Targets.HaConfigAsync(args.Database, cancellationToken);
        var previous = HaConfig.Parse(args.Previous);
        if (raw is null || !IsOurs(HaConfig.Parse(raw), previous))
        {
            throw new StepActionException(
                Reasons.TargetChanged,
                $"ha.config is {raw ?? "(no row)"}, but the upgrade left {previous.Disabled().Raw}: another session "
                + "changed it, and the operator does not overwrite it. Set ha.config in the console to that value, "
                + $"or to {previous.Raw}, then retry.");
        }

        var now = context.Time.GetUtcNow();
        var target = previous;
        if (args.RefetchMargin is { } margin)
        {
            target = previous.WithRefetchAtLeast(RefetchWindow.Minutes(
                args.StoppedAt, now, KubernetesDuration.Parse(margin), previous.RefetchStoreIntervalMin));
        }

        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [ExpectedKey] = raw,
            [TargetKey] = target.Raw,
            [EnableHighAvailability.EnabledAtFact] = now.ToString("O", CultureInfo.InvariantCulture),
        };
    }

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var (expected, target) = (context.Receipt(ExpectedKey)!, context.Receipt(TargetKey)!);
        if (!await metadata.CompareAndSwapHaConfigAsync(args.Database, expected, target, cancellationToken))
        {
            throw new StepActionException(
                Reasons.TargetChanged, "ha.config changed a moment before the write. Nothing was written.");
        }
    }

    private static bool IsOurs(HaConfig present, HaConfig previous) =>
        present.Equals(previous.Disabled()) || present.WithRefetchOf(previous).Equals(previous);
}
