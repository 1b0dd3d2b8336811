namespace Drydock.Reconcilers.Oms;

/// <summary>Undoes <see cref="DisableHighAvailability"/>: writes the former ha.config, only if the row is what that
/// step wrote.</summary>
/// <param name="Database">The rm database.</param>
/// <param name="Previous">ha.config before the upgrade.</param>
internal sealed record UndoDisableHighAvailability(string Database, string Previous) : OmsStep
{
    internal override string Verb => "ha-config";

    internal override string Title(string? node) => "Restore ha.config";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var raw = await Targets.HaConfigAsync(Database, cancellationToken);
        if (raw == Previous)
        {
            return new Observation.Done("ha.config is as it was before the upgrade.");
        }

        if (raw == HaConfig.Parse(Previous).Disabled().Raw)
        {
            return new Observation.NotStarted();
        }

        return raw is not null && HaConfig.TryParse(raw, out var present, out _) && present.Enable
            ? new Observation.Done(
                "High availability is on as before. Another session changed ha.config in the meantime, and the "
                + "operator does not overwrite it.")
            : new Observation.Failed(
                Reasons.TargetChanged,
                "Another session changed ha.config in the meantime, and the operator does not overwrite it. "
                + "Its value before the upgrade is in status.highAvailability.before: set it in the console, "
                + "or annotate `drydock.dev/on-delete: Abandon`.");
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var disabled = HaConfig.Parse(Previous).Disabled().Raw;
        if (!await metadata.CompareAndSwapHaConfigAsync(Database, disabled, Previous, cancellationToken))
        {
            throw new StepActionException(
                Reasons.TargetChanged, "ha.config is not what this upgrade wrote. Nothing was written.");
        }
    }
}
