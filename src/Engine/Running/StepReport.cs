using Drydock.Abstractions.Plans;
using Drydock.Engine.Guards;

namespace Drydock.Engine.Running;

/// <summary>What a job found out, on its way to the one writer of the object.</summary>
/// <param name="Basis">The step as the job saw it when it began; a report counts only while the stored step still goes
/// back to it.</param>
internal abstract record StepReport(PlanStep Basis)
{
    public string StepId => Basis.Id;

    /// <summary>The step has not begun; this receipt may be written and the action begun.</summary>
    /// <param name="SameAttempt">The attempt already counted left no trace and is begun once more under its own number,
    /// so that a late first beginning and this one exclude each other.</param>
    internal sealed record Ready(
        PlanStep Basis, IReadOnlyDictionary<string, string> Receipt, bool SameAttempt) : StepReport(Basis);

    /// <summary>It is under way.</summary>
    internal sealed record Running(PlanStep Basis, string? Message) : StepReport(Basis);

    /// <summary>The world is as the step wants it.</summary>
    internal sealed record Done(
        PlanStep Basis, string? Message, IReadOnlyDictionary<string, string>? Facts) : StepReport(Basis);

    /// <summary>The attempt failed.</summary>
    internal sealed record Failed(
        PlanStep Basis, string Reason, string Message, bool Retryable, FailurePoint Point) : StepReport(Basis);

    /// <summary>
    /// The target did not take the request and the world shows that nothing has begun: it is begun again by itself.
    /// </summary>
    /// <param name="Since">When it first did not.</param>
    internal sealed record NotTaken(
        PlanStep Basis, string Reason, string Message, DateTimeOffset Since) : StepReport(Basis);

    /// <summary>What came of it cannot be read.</summary>
    /// <param name="Lost">It never will be.</param>
    internal sealed record Unknown(PlanStep Basis, string Message, bool Lost = false) : StepReport(Basis);

    /// <summary>The step has not begun, and may not be by itself (it failed before, or something forbids it).</summary>
    internal sealed record Idle(PlanStep Basis) : StepReport(Basis);

    /// <summary>The fence let this process not act.</summary>
    internal sealed record Refused(PlanStep Basis) : StepReport(Basis);

    /// <summary>What the guards in force said.</summary>
    internal sealed record GuardsRead(PlanStep Basis, IReadOnlyList<GuardBreach> Breaches) : StepReport(Basis);
}
