namespace Drydock.Tests.Unit.Costs;

/// <summary>How often a run asks its targets in each of its phases, held against a table in this folder.</summary>
internal sealed class PhaseCosts
{
    private readonly SortedDictionary<(string Phase, string Kind), int> _counts = [];

    /// <param name="step">The steps that run, as the status has them: the first one counts.</param>
    public void Add(string? step, string kind, int count = 1)
    {
        var key = (step?.Split('/')[0] ?? "-", kind);
        _counts[key] = _counts.GetValueOrDefault(key) + count;
    }

    /// <summary>
    /// No phase asks for more than the table has, by a fifth: another order of what runs side by side moves questions
    /// from a phase to its neighbour. DRYDOCK_REFRESH=costs writes the table again.
    /// </summary>
    /// <param name="name">The file's name.</param>
    public void ShouldNotExceed(string name)
    {
        var path = Repository.PathOf($"tests/Unit/Costs/{name}.txt");
        if (Environment.GetEnvironmentVariable("DRYDOCK_REFRESH") == "costs")
        {
            File.WriteAllLines(path, _counts.Select(static cost => $"{cost.Key.Phase} {cost.Key.Kind} {cost.Value}"));
        }

        var most = File.ReadLines(path).Select(static line => line.Split(' ')).ToDictionary(
            static row => (row[0], row[1]), static row => int.Parse(row[2], CultureInfo.InvariantCulture));
        most.Keys.Except(_counts.Keys).ShouldBeEmpty($"{path} has phases that ask nothing.");
        _counts.Where(cost => cost.Value > (most.GetValueOrDefault(cost.Key) * 6 / 5) + 5)
            .ShouldBeEmpty($"{path} has less. If all is needed, write it with DRYDOCK_REFRESH=costs and say why.");
    }
}
