using Drydock.Abstractions.Plans;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>The output of commands that steps have run, where the command left it.</summary>
internal interface IStepOutputs
{
    /// <summary>Whether the step has run a command that leaves output.</summary>
    bool Has(PlanStep step);

    /// <summary>The end of the output, at most 64 KiB, without secrets; null if there is none yet.</summary>
    /// <exception cref="StepOutputException">It cannot be read now.</exception>
    Task<string?> ReadAsync(PlanStep step, CancellationToken cancellationToken);
}

/// <summary>The output of a command cannot be read now; the run does not depend on it.</summary>
internal sealed class StepOutputException(string message, Exception inner) : Exception(message, inner);
