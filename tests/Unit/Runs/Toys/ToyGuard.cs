namespace Drydock.Tests.Unit.Runs.Toys;

internal sealed class ToyGuard
{
    public GuardReading Reading { get; set; } = GuardReading.Holds;

    /// <summary>What is read for a plan, after the dawdling; null for <see cref="Reading"/>.</summary>
    public Func<PlanProgress, GuardReading>? Judge { get; set; }

    public Exception? Throws { get; set; }

    public int Reads { get; set; }

    /// <summary>Runs at each reading, before it is answered.</summary>
    public Func<Task> OnRead { get; set; } = static () => Task.CompletedTask;
}
