namespace Drydock.Reconcilers.Oms;

/// <summary>Builds a plan phase by phase: the steps of a phase wait for what the phase before it ended with.</summary>
internal abstract class OmsPhases(OmsUpgradeSpec spec)
{
    private string _phase = "";

    internal OmsUpgradeSpec Spec => spec;

    internal PlanBuilder Built { get; } = new();

    /// <summary>What the steps of the phase wait for.</summary>
    protected IReadOnlyList<string> Before { get; private set; } = [];

    /// <summary>Adds the steps of a phase.</summary>
    /// <param name="steps">Adds them, and returns the ids of those for which the next phase waits; none if the phase
    /// has no steps.</param>
    internal void Phase(string phase, Func<IEnumerable<string>> steps)
    {
        _phase = phase;
        if (steps().ToList() is { Count: > 0 } last)
        {
            Before = last;
        }
    }

    /// <summary>Adds a step of the phase; returns its id. The parameters are those of <see cref="Planned"/>.</summary>
    internal string Add(
        StepBase<IOmsTargets> step, string? node = null, IEnumerable<string>? after = null, string? verb = null) =>
        Built.Add(Planned(step, node, after, verb));

    /// <param name="node">The node; null for the whole system.</param>
    /// <param name="after">What the step waits for; null for the phase before.</param>
    /// <param name="verb">The end of its id, where it is not the usual one.</param>
    protected PlanStep Planned(
        StepBase<IOmsTargets> step, string? node = null, IEnumerable<string>? after = null, string? verb = null) =>
        step.In(_phase, node, after ?? Before, verb) with { Timeout = spec.Timeouts.Of(step, _phase) };

    protected void Guard(
        string id, string? node, IGuardCheck check, IEnumerable<string> from, string? until = null) =>
        Built.Guard(PlannedGuard.Of(id, node, check, from, until));
}
