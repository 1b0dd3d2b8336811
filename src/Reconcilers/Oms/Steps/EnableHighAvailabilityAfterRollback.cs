using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// A rollback after T1 of an installation whose high availability was off before the upgrade: enables it with the
/// settings that the row has (docs/research/oms.md#rollback). No key is added, because the version from before the
/// upgrade runs. Without perceiveStoreClientCheckpoint the refetchStoreIntervalMin is raised to the minutes from T1 to
/// this write and the margin. Without a row nothing is written, because the version may not know it.
/// </summary>
internal sealed class EnableHighAvailabilityAfterRollback(IOmsTargets targets)
    : OmsStep<EnableHighAvailabilityAfterRollback.Args>(targets)
{
    private const string ExpectedKey = "expected";
    private const string TargetKey = "target";

    /// <param name="Database">The rm database.</param>
    /// <param name="StoppedAt">T1.</param>
    /// <param name="RefetchMargin">What is added to the time since T1, a duration.</param>
    public sealed record Args(string Database, DateTimeOffset StoppedAt, string RefetchMargin);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        if (context.Receipt(EnableHighAvailability.NotEnabledFact) is { } notEnabled)
        {
            return new Observation.Done(notEnabled);
        }

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
                "Another session changed ha.config while the operator was enabling high availability. "
                + "The operator reads ha.config again and retries.");
    }

    protected override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        if (await Targets.HaConfigAsync(args.Database, cancellationToken) is not { } raw)
        {
            return Entry(
                EnableHighAvailability.NotEnabledFact,
                "High availability stays off, because the restored metadata have no row ha.config. "
                + "Set ha.config once in the console under System Management > System Parameters.");
        }

        var (now, present) = (context.Time.GetUtcNow(), HaConfig.Parse(raw));
        var target = present.WithEnable();
        if (!present.PerceiveStoreClientCheckpoint)
        {
            target = target.WithRefetchAtLeast(RefetchWindow.Minutes(
                args.StoppedAt, now, KubernetesDuration.Parse(args.RefetchMargin), present.RefetchStoreIntervalMin));
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
        if (context.Receipt(TargetKey) is not { } target)
        {
            return;
        }

        var metadata = await Targets.MetadataAsync(cancellationToken);
        if (!await metadata.CompareAndSwapHaConfigAsync(
            args.Database, context.Receipt(ExpectedKey)!, target, cancellationToken))
        {
            throw new StepActionException(
                Reasons.TargetChanged, "ha.config changed a moment before the write. Nothing was written.");
        }
    }
}
