namespace Drydock.Benchmarks;

/// <summary>
/// The operator's own part of an upgrade: the wall time above the longest chain of the plan by the times of its steps,
/// preflight included. It does not depend on how long the work takes.
/// </summary>
/// <param name="Own">The operator's part.</param>
/// <param name="Chain">The longest chain.</param>
/// <param name="Above">The wall time above the simulated waits that no order can shorten: all real work as
/// well.</param>
internal sealed record OwnShare(TimeSpan Own, TimeSpan Chain, TimeSpan Above)
{
    /// <summary>Reads a finished upgrade.</summary>
    /// <param name="timing">How long it took.</param>
    /// <param name="upgrade">The upgrade.</param>
    /// <param name="waits">The longest chain of simulated waits, in seconds.</param>
    public static OwnShare Of(Timing timing, JsonNode upgrade, double waits)
    {
        var chain = new PlanPath().Longest(upgrade);
        return new OwnShare(timing.Wall - chain, chain, timing.Wall - TimeSpan.FromSeconds(waits));
    }

    /// <summary>The part of the wall time if the waits took another time.</summary>
    /// <param name="waits">The longest chain of waits then, in seconds.</param>
    public double At(double waits) => Own.TotalSeconds / (waits + Above.TotalSeconds);

    /// <summary>The rows of a table of aims.</summary>
    /// <param name="what">The upgrade, for the first column.</param>
    /// <param name="real">The longest chain of waits in a real installation, in seconds.</param>
    public string Rows(string what, double real) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {what}: wall time above the plan's longest chain by the times of its steps ({Chain.TotalSeconds:0.0} s), "
        + $"preflight included | {Own.TotalSeconds:0.0} s, {100 * (Own / (Own + Chain)):0.0} % | |\n"
        + $"| {what}: the same part where the waits take as long as in a real installation ({real:0} s) | "
        + $"{100 * At(real):0.0} % | 3 % or less |\n");
}
