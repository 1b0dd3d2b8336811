namespace Drydock.Operator.Metrics;

/// <summary>Names of instruments in the conventions of Prometheus. Drydock's own instruments have such names already;
/// those of the .NET runtime (<c>dotnet.gc.heap.total_allocated</c>, unit <c>By</c>) get unit and suffix.</summary>
internal static class MetricNames
{
    private const string Number = "_count";
    private const string Total = "_total";

    public static string Of(Instrument instrument)
    {
        var name = Plain(instrument.Name);
        if (name.EndsWith(Number, StringComparison.Ordinal))
        {
            // This suffix is reserved for histograms: dotnet.timer.count becomes dotnet_timers.
            name = Plural(name[..^Number.Length]);
        }

        var unit = instrument.Unit switch
        {
            "By" => "bytes",
            "s" => "seconds",
            _ => "",
        };
        if (!name.Contains(unit, StringComparison.Ordinal))
        {
            name = $"{name}_{unit}";
        }

        return IsCounter(instrument) && !name.EndsWith(Total, StringComparison.Ordinal) ? name + Total : name;
    }

    public static bool IsCounter(Instrument instrument) => instrument
        is Counter<long> or Counter<int> or Counter<double>
        or ObservableCounter<long> or ObservableCounter<int> or ObservableCounter<double>;

    public static string Plain(string name) => name.Replace('.', '_');

    private static string Plural(string name) =>
        name.EndsWith('y') ? name[..^1] + "ies" : name.EndsWith('s') ? name : name + "s";
}
