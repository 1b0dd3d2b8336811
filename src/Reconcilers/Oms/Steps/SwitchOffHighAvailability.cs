using Drydock.Crds.Common;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// Writes <c>enable: false</c> into ha.config of the system that is left on the way back
/// (docs/research/oms.md#rollback), whatever people have set there since: that text goes with its database. Only if the
/// row still is what was read for the receipt.
/// </summary>
internal sealed class SwitchOffHighAvailability(IOmsTargets targets) : OmsStep(targets)
{
    private const string ExpectedKey = "expected";

    /// <inheritdoc />
    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var row = await (await Targets.MetadataAsync(cancellationToken)).ReadHaConfigAsync(context.Parameter("database"), cancellationToken);
        return row.Raw is null || !HaConfig.Parse(row.Raw).Enable ? new Observation.Done("ha.config says enable: false") : new Observation.NotStarted();
    }

    /// <inheritdoc />
    public override async Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken)
    {
        var row = await (await Targets.MetadataAsync(cancellationToken)).ReadHaConfigAsync(context.Parameter("database"), cancellationToken);
        return Fact(ExpectedKey, row.Raw ?? "");
    }

    /// <inheritdoc />
    public override async Task ActAsync(StepContext context, CancellationToken cancellationToken)
    {
        if (context.Receipt(ExpectedKey) is not { Length: > 0 } expected)
        {
            return;
        }

        var metadata = await Targets.MetadataAsync(cancellationToken);
        if (!await metadata.CompareAndSwapHaConfigAsync(context.Parameter("database"), expected, HaConfig.Parse(expected).Disabled().Raw, cancellationToken))
        {
            throw new StepActionException(Reasons.TargetChanged, "ha.config is not what it was a moment ago; nothing was written");
        }
    }
}
