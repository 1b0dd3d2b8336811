namespace Drydock.Benchmarks;

/// <summary>
/// Compares several ways of one task. They run in turns, forwards and backwards (ABC CBA), so that a drift of the
/// machine affects all of them equally. The server is idle before each run.
/// </summary>
/// <param name="what">The task, for the console.</param>
internal sealed class DumpContest(DumpsStage stage, string what)
{
    private readonly List<(string Way, Func<int, Task<DumpRun>> Run)> _ways = [];
    private readonly Dictionary<string, List<DumpRun>> _runs = new(StringComparer.Ordinal);

    /// <summary>Adds a way; the delegate gets the number of the run.</summary>
    public DumpContest Add(string way, Func<int, Task<DumpRun>> run)
    {
        _ways.Add((way, run));
        _runs[way] = [];
        return this;
    }

    /// <summary>Runs all ways forwards and backwards, this many times.</summary>
    public async Task<DumpContest> RunAsync(int rounds, CancellationToken cancellationToken)
    {
        var number = 0;
        for (var round = 0; round < rounds; round++)
        {
            foreach (var (way, run) in _ways.Concat(_ways.AsEnumerable().Reverse()))
            {
                await stage.SettleAsync(cancellationToken);
                var done = await run(++number);
                _runs[way].Add(done);
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{what}, {way}: {done.Time.TotalSeconds:0.0} s; processor {done.Tools:0.0} tools, "
                    + $"{done.Operator:0.0} operator, {done.Server:0.0} server; "
                    + $"{string.Join(", ", done.Stages.Select(
                        s => string.Create(CultureInfo.InvariantCulture, $"{s.Stage} {s.At.TotalSeconds:0.0}")))}"));
            }
        }

        return this;
    }

    public IReadOnlyList<DumpRun> Of(string way) => _runs[way];

    /// <summary>Median time of a way, in seconds. If the number of runs is even, the mean of the middle two.</summary>
    public double Median(string way) => Median(way, static run => run.Time.TotalSeconds);

    /// <summary>Median of any value of a way's runs.</summary>
    public double Median(string way, Func<DumpRun, double> value)
    {
        var sorted = _runs[way].Select(value).Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }

    /// <summary>The shortest time of a way, in seconds.</summary>
    public double Best(string way) => _runs[way].Min(static run => run.Time.TotalSeconds);
}
