namespace Drydock.Reconcilers.Oms;

/// <summary>Writes <c>enable: false</c> into ha.config (docs/research/oms.md#high-availability), only if the row still
/// is what the plan was made for; every other key stays byte for byte.</summary>
internal sealed class DisableHighAvailability(IOmsTargets targets) : OmsStep<DisableHighAvailability.Args>(targets)
{
    /// <param name="Database">The rm database.</param>
    /// <param name="Previous">ha.config for which the plan was made.</param>
    public sealed record Args(string Database, string Previous);

    protected override async Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var row = await metadata.ReadHaConfigAsync(args.Database, cancellationToken);
        if (!row.Present || row.Raw is null || !HaConfig.Parse(row.Raw).Enable)
        {
            return new Observation.Done("ha.config says enable: false.");
        }

        return row.Raw == args.Previous
            ? new Observation.NotStarted()
            : new Observation.Failed(
                Reasons.TargetChanged,
                "ha.config was changed since the plan was made, and high availability is still on. "
                + "Set ha.config in the console to the value in status.highAvailability.before, then retry.");
    }

    protected override async Task ExecuteAsync(StepContext context, Args args, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var disabled = HaConfig.Parse(args.Previous).Disabled().Raw;
        if (!await metadata.CompareAndSwapHaConfigAsync(args.Database, args.Previous, disabled, cancellationToken))
        {
            throw new StepActionException(
                Reasons.TargetChanged, "ha.config is not what the plan was made for. Nothing was written.");
        }
    }
}
