namespace Drydock.Reconcilers.Databases;

/// <summary>A host's clock compared with ours: the true offset lies between <see cref="Least"/> and
/// <see cref="Most"/>.</summary>
/// <param name="Offset">The host's clock minus ours.</param>
/// <param name="Error">How far the true offset may be from it, in either direction: half the round trip.</param>
internal sealed record ClockReading(TimeSpan Offset, TimeSpan Error)
{
    public TimeSpan Least => Offset - Error;

    public TimeSpan Most => Offset + Error;
}

/// <summary>Compares the clocks of hosts by intervals, so that a slow connection is not taken for skew. Pure.</summary>
internal static class ClockComparison
{
    /// <summary>The two hosts whose clocks differ most for certain, and by how much at least; null if no two clocks
    /// provably differ.</summary>
    public static (string Behind, string Ahead, TimeSpan AtLeast, TimeSpan Error)? Largest(
        IReadOnlyCollection<(string Host, ClockReading Clock)> readings)
    {
        if (readings.Count < 2)
        {
            return null;
        }

        var (behind, ahead) = (readings.MinBy(r => r.Clock.Most), readings.MaxBy(r => r.Clock.Least));
        var atLeast = ahead.Clock.Least - behind.Clock.Most;
        return atLeast > TimeSpan.Zero
            ? (behind.Host, ahead.Host, atLeast, ahead.Clock.Error + behind.Clock.Error)
            : null;
    }
}

/// <summary>Short forms of questions to a host.</summary>
internal static class HostFilesExtensions
{
    /// <summary>The host's clock minus ours, without its error.</summary>
    public static async Task<TimeSpan> ClockOffsetAsync(this IHostFiles files, CancellationToken cancellationToken) =>
        (await files.ClockAsync(cancellationToken)).Offset;
}
