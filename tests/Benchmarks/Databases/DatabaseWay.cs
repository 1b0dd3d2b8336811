using Drydock.Lab.Databases;
using Drydock.Lab.Databases.Scenarios;
using Drydock.Lab.Hosts;

namespace Drydock.Benchmarks;

/// <summary>Duration, load, cost and mistakes of one database upgrade.</summary>
/// <param name="Wall">From the first command to the last.</param>
/// <param name="Load">The client's requests.</param>
/// <param name="Hosts">What its commands cost all hosts.</param>
/// <param name="Downs">How long each process was down, from the first signal to its next start; ascending.</param>
/// <param name="Noticed">The mistakes that the cluster noticed, each with its count.</param>
internal sealed record DatabaseWay(
    TimeSpan Wall, PhaseLoad Load, SshCost Hosts, IReadOnlyList<TimeSpan> Downs, IReadOnlyList<string> Noticed)
{
    /// <summary>The median of <see cref="Downs"/>.</summary>
    public TimeSpan Down => Downs.Count == 0 ? TimeSpan.Zero : Downs[Downs.Count / 2];

    /// <summary>How long each process was down by the record of its cluster.</summary>
    public static List<TimeSpan> DownsOf(IEnumerable<StandinEvent> record)
    {
        var downs = new List<TimeSpan>();
        var signalled = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        foreach (var line in record)
        {
            if (line.Event == "signal")
            {
                signalled.TryAdd(line.Process, line.At);
            }
            else if (line.Event == "start" && signalled.Remove(line.Process, out var at))
            {
                downs.Add(line.At - at);
            }
        }

        downs.Sort();
        return downs;
    }
}
