namespace Drydock.Benchmarks;

/// <summary>One backup or restore.</summary>
/// <param name="Time">From the command, or the creation of the object, to its end.</param>
/// <param name="Tools">Processor seconds of the tools, and what they are piped into.</param>
/// <param name="Operator">Processor seconds of the operator itself.</param>
/// <param name="Server">Processor seconds of the database server.</param>
internal sealed record DumpRun(TimeSpan Time, double Tools, double Operator, double Server)
{
    /// <summary>What the object's status showed first when, after its creation; empty for the plain tools.</summary>
    public IReadOnlyList<(string Stage, TimeSpan At)> Stages { get; init; } = [];

    /// <summary>The most the operator had resident meanwhile, in MiB.</summary>
    public double Memory { get; init; }

    /// <summary>The most its children had together, in MiB.</summary>
    public double ChildrenMemory { get; init; }

    /// <summary>How long it was in a stage until the next one of those given, or until the end.</summary>
    public TimeSpan In(string stage)
    {
        var index = Stages.ToList().FindIndex(s => s.Stage == stage);
        return index < 0 ? TimeSpan.Zero : (index + 1 < Stages.Count ? Stages[index + 1].At : Time) - Stages[index].At;
    }
}
