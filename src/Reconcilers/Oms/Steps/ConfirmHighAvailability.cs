namespace Drydock.Reconcilers.Oms;

/// <summary>Reads ha.config once more after the consoles were restarted: a console that cached the old value could have
/// written it back.</summary>
/// <param name="Database">The rm database.</param>
/// <param name="Enabled">The value that <c>enable</c> must have.</param>
internal sealed record ConfirmHighAvailability(string Database, bool Enabled) : OmsStep
{
    internal override string Verb => "confirm";
    internal override int Attempts => 3;

    internal override string Title(string? node) => "Confirm that no console has overwritten ha.config";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var row = await metadata.ReadHaConfigAsync(Database, cancellationToken);
        var on = row.Raw is not null && HaConfig.Parse(row.Raw).Enable;
        if (Enabled && !on
            && (context.Plan.First(OmsUpgradePhases.EnableHA) ?? context.Plan.First(OmsUpgradePhases.RestoreHA))
                ?.Recorded(EnableHighAvailability.NotEnabledFact) is { } notEnabled)
        {
            return new Observation.Done(notEnabled);
        }

        return on == Enabled
            ? new Observation.Done(on ? "High availability is on." : "High availability is off.")
            : new Observation.Failed(
                Reasons.TargetChanged,
                $"ha.config says enable: {Text(on)} after the consoles were restarted: a console or another session "
                + $"wrote it back. Unless OMS is in use by now, set enable to {Text(Enabled)} in the console; "
                + "then the run continues automatically.");
    }

    private static string Text(bool value) => value ? "true" : "false";
}
