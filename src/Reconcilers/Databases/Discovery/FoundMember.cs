namespace Drydock.Reconcilers.Databases;

/// <summary>A process as the cluster itself knows it.</summary>
/// <param name="Component">What it is.</param>
/// <param name="Host">Its host, as the other processes of the database use it.</param>
/// <param name="Port">The port of its service.</param>
/// <param name="FoundIn">Who reported it: PD, /info/all of a TiDB, a host.</param>
internal sealed record FoundMember(DatabaseComponent Component, string Host, int Port, string FoundIn)
{
    public int? StatusPort { get; init; }

    public string? Name { get; init; }
}

/// <summary>The members that a search found with what it knew so far.</summary>
/// <param name="Members">All of them, in any order.</param>
/// <param name="Findings">Why some may be missing.</param>
internal sealed record FoundMembers(IReadOnlyList<FoundMember> Members, IReadOnlyList<Finding> Findings);

/// <summary>What a search for members may use.</summary>
/// <param name="Host">spec.seed.</param>
/// <param name="Port">Its port; null without one.</param>
/// <param name="Processes">The processes that were found on the hosts so far.</param>
internal sealed record MemberSearch(string Host, int? Port, IReadOnlyList<HostProcess> Processes)
{
    public const string Field = "spec.seed";

    /// <summary>Reads spec.seed: HOST or HOST:PORT; what has more than one colon is an IPv6 address.</summary>
    public static MemberSearch Of(string seed, IReadOnlyList<HostProcess> processes) =>
        seed.Split(':') is [var host, var port]
            && int.TryParse(
                port,
                System.Globalization.NumberStyles.None,
                System.Globalization.CultureInfo.InvariantCulture,
                out var number)
            ? new MemberSearch(host, number, processes)
            : new MemberSearch(seed, null, processes);
}
