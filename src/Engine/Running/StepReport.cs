using Drydock.Engine.Guards;

namespace Drydock.Engine.Running;

/// <summary>What a job found out, on its way to the one writer of the object.</summary>
internal abstract record StepReport(string StepId, int Attempt)
{
    /// <summary>The step has not begun; this receipt may be written and the action begun.</summary>
    internal sealed record Ready(string StepId, int Attempt, IReadOnlyDictionary<string, string> Receipt) : StepReport(StepId, Attempt);

    /// <summary>It is under way.</summary>
    internal sealed record Running(string StepId, int Attempt, string? Message) : StepReport(StepId, Attempt);

    /// <summary>The world is as the step wants it.</summary>
    internal sealed record Done(string StepId, int Attempt, string? Message, IReadOnlyDictionary<string, string>? Facts) : StepReport(StepId, Attempt);

    /// <summary>The attempt failed.</summary>
    internal sealed record Failed(string StepId, int Attempt, string Reason, string Message, bool Retryable) : StepReport(StepId, Attempt);

    /// <summary>What came of it cannot be read.</summary>
    internal sealed record Unknown(string StepId, int Attempt, string Message) : StepReport(StepId, Attempt);

    /// <summary>The step has not begun, and may not be by itself (it failed before, or a guard forbids it).</summary>
    internal sealed record Idle(string StepId, int Attempt) : StepReport(StepId, Attempt);

    /// <summary>What the guards in force said.</summary>
    internal sealed record GuardsRead(string StepId, int Attempt, IReadOnlyList<GuardBreach> Breaches) : StepReport(StepId, Attempt);
}
