namespace Drydock.Benchmarks;

/// <summary>One backup or restore.</summary>
/// <param name="Time">From the command, or the creation of the object, to its end.</param>
/// <param name="Tools">Processor seconds of the tools and of the filters behind them.</param>
/// <param name="Operator">Processor seconds of the operator's own process.</param>
/// <param name="Server">Processor seconds of the database server.</param>
internal sealed record DumpRun(TimeSpan Time, double Tools, double Operator, double Server)
{
    /// <summary>
    /// The stages that the object's status showed, each with the time since the object's creation; empty for the plain
    /// tools.
    /// </summary>
    public IReadOnlyList<(string Stage, TimeSpan At)> Stages { get; init; } = [];

    /// <summary>The operator's highest resident memory during the run, in MiB.</summary>
    public double Memory { get; init; }

    /// <summary>The highest resident memory of its children together, in MiB.</summary>
    public double ChildrenMemory { get; init; }

    /// <summary>Time from the first sight of a stage to the next stage, or to the end.</summary>
    public TimeSpan In(string stage)
    {
        var index = Stages.ToList().FindIndex(s => s.Stage == stage);
        return index < 0 ? TimeSpan.Zero : (index + 1 < Stages.Count ? Stages[index + 1].At : Time) - Stages[index].At;
    }
}
