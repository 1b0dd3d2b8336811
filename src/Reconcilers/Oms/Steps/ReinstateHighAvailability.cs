using System.Globalization;
using Drydock.Abstractions.Values;
using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// The way back from after T1: ha.config as it was before the upgrade. With perceiveStoreClientCheckpoint false its
/// refetchStoreIntervalMin is raised to the minutes from T1 to this write and the margin, because the metadata that run
/// again end at T1 (docs/research/oms.md#rollback); never below the former value. Written only over what the upgrade
/// left there: the former text with enable false.
/// </summary>
internal sealed class ReinstateHighAvailability(IOmsTargets targets) : OmsStep(targets)
{
    private const string ExpectedKey = "expected";
    private const string TargetKey = "target";

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(TargetKey) is not { } target)
        {
            return new Observation.NotStarted();
        }

        var raw = await ReadAsync(context, cancellationToken);
        if (raw is not null && HaConfig.Parse(raw).Equals(HaConfig.Parse(target)))
        {
            return new Observation.Done($"ha.config is {raw}");
        }

        return raw == context.Receipt(ExpectedKey)
            ? new Observation.NotStarted()
            : new Observation.Failed(Reasons.TargetChanged, "ha.config was changed by somebody else while it was being put back; it is read again");
    }

    /// <inheritdoc />
    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        var raw = await ReadAsync(context, cancellationToken);
        var previous = HaConfig.Parse(context.Parameter("previous"));
        if (raw is null || !(HaConfig.Parse(raw).Equals(previous.Disabled()) || HaConfig.Parse(raw).WithRefetchOf(previous).Equals(previous)))
        {
            throw new StepActionException(
                Reasons.TargetChanged,
                $"ha.config is {raw ?? "(no row)"}, expected was what the upgrade left there ({previous.Disabled().Raw}); somebody changed it and it is left as it is. Put that text back, or set ha.config to {previous.Raw} in the console, then retry");
        }

        var now = context.Time.GetUtcNow();
        var target = context.OptionalParameter("margin") is { } margin
            ? previous.WithRefetchAtLeast(RefetchWindow.Minutes(EnableHighAvailability.StoppedAt(context), now, KubernetesDuration.Parse(margin), previous.RefetchStoreIntervalMin))
            : previous;
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [ExpectedKey] = raw,
            [TargetKey] = target.Raw,
            [EnableHighAvailability.EnabledAtFact] = now.ToString("O", CultureInfo.InvariantCulture),
        };
    }

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        if (!await metadata.CompareAndSwapHaConfigAsync(context.Parameter("database"), context.Receipt(ExpectedKey)!, context.Receipt(TargetKey)!, cancellationToken))
        {
            throw new StepActionException(Reasons.TargetChanged, "ha.config is not what it was a moment ago; nothing was written");
        }
    }

    private async Task<string?> ReadAsync(StepContext context, CancellationToken cancellationToken) =>
        (await (await Targets.MetadataAsync(cancellationToken)).ReadHaConfigAsync(context.Parameter("database"), cancellationToken)).Raw;
}
