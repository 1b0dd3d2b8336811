namespace Drydock.Reconcilers.Oms;

/// <summary>Builds a plan phase by phase: the steps of a phase wait for what the phase before it ended with.</summary>
internal abstract class OmsPhases(OmsUpgradeSpec spec)
{
    private string _phase = "";

    internal OmsUpgradeSpec Spec => spec;
    internal PlanBuilder Built { get; } = new();

    /// <summary>What the steps of the phase wait for.</summary>
    protected IReadOnlyList<string> Before { get; private set; } = [];

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
        StepBase<OmsTargets> step, string? node = null, IEnumerable<string>? after = null, string? verb = null) =>
        Built.Add(Planned(step, node, after, verb));

    /// <param name="node">The node; null for the whole system.</param>
    /// <param name="after">What the step waits for; null for the phase before.</param>
    /// <param name="verb">The end of its id, where it is not the usual one.</param>
    protected PlannedStep Planned(
        StepBase<OmsTargets> step, string? node = null, IEnumerable<string>? after = null, string? verb = null) =>
        step.In(_phase, node, after ?? Before, verb) with { Timeout = spec.Timeouts.Of(step, _phase) };

    protected void Guard(string id, string? node, IGuardCheck check, IEnumerable<string> from, string? until = null) =>
        Built.Guard(PlannedGuards.Of(id, node, check, from, until));
}

internal static class PhaseTimeouts
{
    public static string Of(this OmsUpgradeTimeouts timeouts, StepBase<OmsTargets>? step, string phase) =>
        step is OmsStep own ? own.TimeLimit(timeouts, phase) : timeouts.Of(phase);

    public static string Of(this OmsUpgradeTimeouts timeouts, string phase) => phase switch
    {
        RunPhases.Preflight => timeouts.Preflight,
        OmsUpgradePhases.PrepareImage => timeouts.PrepareImage,
        OmsUpgradePhases.DisableHA => timeouts.DisableHA,
        OmsUpgradePhases.RenameProjects => timeouts.RenameProjects,
        OmsUpgradePhases.StopOld => timeouts.StopOld,
        OmsUpgradePhases.Backup or OmsUpgradePhases.TestSchema => timeouts.Backup,
        OmsUpgradePhases.StartNew => timeouts.StartNew,
        OmsUpgradePhases.CorrectMetadata => timeouts.CorrectMetadata,
        OmsUpgradePhases.InitMetadata => timeouts.InitMetadata,
        OmsUpgradePhases.Verify => timeouts.Verify,
        OmsUpgradePhases.EnableHA => timeouts.EnableHA,
        OmsUpgradePhases.Settle => timeouts.Settle,
        OmsUpgradePhases.Undo or OmsUpgradePhases.DisableNewHA => timeouts.DisableHA,
        OmsUpgradePhases.StopNew => timeouts.StopNew,

        // The snapshot itself has the time limit of Backup; it should report its own timeout.
        OmsUpgradePhases.BackupNew =>
            KubernetesDuration.Format(KubernetesDuration.Parse(timeouts.Backup) + TimeSpan.FromMinutes(10)),
        OmsUpgradePhases.RestoreDatabases => timeouts.RestoreDatabases,
        OmsUpgradePhases.StartOld => timeouts.StartOld,
        OmsUpgradePhases.RestoreHA => timeouts.EnableHA,
        OmsUpgradePhases.Report => timeouts.Settle,
        OmsUpgradePhases.Cleanup => timeouts.StopOld,
        _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, "There is no such phase."),
    };
}
