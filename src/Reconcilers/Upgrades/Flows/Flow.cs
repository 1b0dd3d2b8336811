namespace Drydock.Reconcilers.Upgrades;

/// <summary>What the flows have in common. A flow is a function of the turn: it asks nothing and changes nothing but
/// what this process remembers of the object (<see cref="RunSession"/>).</summary>
internal abstract class Flow(RunFrame frame)
{
    protected RunFrame Frame => frame;

    protected StatusProjection Projection => frame.Projection;

    protected Decision Report(Turn turn, RunStatus status, RunOutcome summary, Func<Turn, Decision> next) =>
        Decision.Write(Projection.Compose(turn.Entity, status, summary, turn.Now), next);

    /// <summary>Reports that the run cannot continue now.</summary>
    /// <param name="after">When it is looked at again without an event; null leaves it to events.</param>
    public Decision Stalled(Turn turn, string reason, string message, TimeSpan? after) => Report(
        turn,
        turn.Status,
        new RunOutcome(RunState.Stalled, turn.Status.Phase ?? RunPhases.Pending, reason, message),
        _ => Decision.Again(after));
}
