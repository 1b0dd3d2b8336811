namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// A Region as a check of PD lists it. It needs a majority of its voters: replicas that are down or pending (they lag
/// so far behind that they need a snapshot) cannot confirm writes, and learners do not vote.
/// </summary>
internal sealed record PdRegion
{
    private static readonly HashSet<ulong> None = [];

    /// <summary>Its id, unsigned 64 bits.</summary>
    public required ulong Id { get; init; }

    /// <summary>The stores with a replica that votes.</summary>
    public required IReadOnlyList<ulong> Voters { get; init; }

    /// <summary>The stores whose replica is down or pending.</summary>
    public required IReadOnlySet<ulong> Behind { get; init; }

    private int Quorum => (Voters.Count / 2) + 1;

    /// <summary>Whether a majority of its voters is up to date.</summary>
    /// <param name="down">Stores that are not Up.</param>
    public bool HasQuorum(IReadOnlySet<ulong> down) => Fit(down, None) >= Quorum;

    /// <summary>
    /// Whether it keeps its quorum, and thereby a replica that is up to date, while stores are stopped.
    /// </summary>
    /// <param name="without">The stores.</param>
    /// <param name="down">Other stores that are not Up.</param>
    /// <param name="isOutageAccepted">
    /// With fewer than three replicas no Region keeps its quorum. If that is accepted, one other replica that is up to
    /// date suffices, if there is another one at all.
    /// </param>
    public bool Survives(IReadOnlySet<ulong> without, IReadOnlySet<ulong> down, bool isOutageAccepted) =>
        !Voters.Any(without.Contains)
        || Fit(down, without) >= (isOutageAccepted ? Math.Min(1, Voters.Count - 1) : Quorum);

    private int Fit(IReadOnlySet<ulong> down, IReadOnlySet<ulong> without) =>
        Voters.Count(v => !without.Contains(v) && !Behind.Contains(v) && !down.Contains(v));
}
