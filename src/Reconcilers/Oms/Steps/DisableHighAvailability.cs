namespace Drydock.Reconcilers.Oms;

/// <summary>Writes <c>enable: false</c> into ha.config (docs/research/oms.md#high-availability), only if the row still
/// is what the plan was made for; every other key stays byte for byte.</summary>
/// <param name="Database">The rm database.</param>
/// <param name="Previous">ha.config for which the plan was made.</param>
internal sealed record DisableHighAvailability(string Database, string Previous) : OmsStep
{
    internal override string Verb => "ha-config";

    internal override void Undo(OmsRollback back, PlanStep done)
    {
        if (back.IsPastT1)
        {
            back.Phase(OmsUpgradePhases.RestoreHA, () => [Restore(back)]);
            return;
        }

        var last = back.Undo(new UndoDisableHighAvailability(Database, Previous));
        foreach (var console in back.Done.Steps.Where(s => s.Is<RestartConsole>() && PlanProgress.Begun(s)))
        {
            last = back.Undo(console.As<RestartConsole>(), console.Node, [last]);
        }
    }

    private string Restore(OmsRollback back)
    {
        var margin = HaConfig.Perceives(Previous) ? null : back.Spec.HighAvailability.RefetchMargin;
        var written = back.Add(new RestoreHighAvailabilityAfterRollback(Database, Previous, back.StoppedAt, margin));
        return back.RestartConsoles(
            Database,
            enabled: true,
            written,
            n => back.Done.Step<RestartConsole>(n.Name, OmsUpgradePhases.DisableHA)!.As<RestartConsole>() with
            {
                Container = n.OldContainer,
            });
    }

    internal override string Title(string? node) => "Disable high availability in ha.config";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var row = await metadata.ReadHaConfigAsync(Database, cancellationToken);
        if (!row.Present || row.Raw is null || !HaConfig.Parse(row.Raw).Enable)
        {
            return new Observation.Done("ha.config says enable: false.");
        }

        return row.Raw == Previous
            ? new Observation.NotStarted()
            : new Observation.Failed(
                Reasons.TargetChanged,
                "ha.config was changed since the plan was made, and high availability is still on. "
                + "Set ha.config in the console to the value in status.highAvailability.before, then retry.");
    }

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var metadata = await Targets.MetadataAsync(cancellationToken);
        var disabled = HaConfig.Parse(Previous).Disabled().Raw;
        if (!await metadata.CompareAndSwapHaConfigAsync(Database, Previous, disabled, cancellationToken))
        {
            throw new StepActionException(
                Reasons.TargetChanged, "ha.config is not what the plan was made for. Nothing was written.");
        }
    }
}
