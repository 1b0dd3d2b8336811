namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>The base of every step of a TiDB upgrade. Steps decide from observed state and are idempotent, so a request
/// that did not reach its target, or whose answer was lost, is sent again until the step times out.</summary>
internal abstract record TiDbStep : StepBase<ITiDbTargets>
{
    protected DatabaseRollingUpgradeSpec Spec => Targets.Upgrade.Spec;

    protected override bool IsRepeatable => true;

    protected DatabaseInstance Instance(StepContext context) => Targets.Instance(context.Node);

    protected static DateTimeOffset Began(StepContext context) => AttemptClock.Began(context);

    /// <summary>Observes; a cluster that cannot answer for a moment (its leader moves, a server starts) is waited for
    /// until the step times out.</summary>
    protected static async Task<Observation> PatientlyAsync(Func<Task<Observation>> observe)
    {
        try
        {
            return await observe();
        }
        catch (TargetException exception) when (exception is not HostException)
        {
            // A host that cannot be observed is an unknown outcome, which the engine reports.
            return new Observation.Running(exception.Message);
        }
    }
}
