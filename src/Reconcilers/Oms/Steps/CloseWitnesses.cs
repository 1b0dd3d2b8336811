namespace Drydock.Reconcilers.Oms;

/// <summary>Marks what ran once as over, on all nodes, so that a status that is older than this success is not taken
/// for a run in the middle.</summary>
internal sealed record CloseWitnesses : OmsStep
{
    internal override string Verb => "witnesses";
    internal override string Title(string? node) => "Mark the commands that ran once as over";

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
        (await Targets.Witnesses.LookAsync(context.Plan, cancellationToken))
            .SelectMany(seen => seen.Started).All(w => w.IsClosed)
                ? new Done("All commands that ran once are marked as over.")
                : new NotStarted("Commands that ran once are not marked as over.");

    protected override Task ExecuteAsync(StepContext context, CancellationToken cancellationToken) =>
        Targets.Witnesses.CloseAsync(context.Plan, "succeeded with", cancellationToken);
}
