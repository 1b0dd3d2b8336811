namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// The admin tool ended with another exit code than 0, or printed something else than it should. Reason
/// AdminToolFailed; whether it did anything is not known.
/// </summary>
internal sealed class AdminToolException : Exception
{
    // The change of the blacklist, a look for the leader, and the tool's first connection say it each in their own way.
    private static readonly string[] Leaderless =
        ["Master config has no leader", "Could not locate master leader", "Could not locate the leader master", "Unable to establish connection to leader master"];

    /// <summary>Makes one.</summary>
    /// <param name="command">The command.</param>
    /// <param name="message">For people; never a secret.</param>
    /// <param name="printed">All that was printed, by which some failures are told from others.</param>
    /// <param name="innerException">The cause.</param>
    public AdminToolException(string command, string message, string printed, Exception? innerException = null)
        : base(message, innerException) => (Command, Printed) = (command, printed);

    /// <summary>The command.</summary>
    public string Command { get; }

    /// <summary>All that was printed.</summary>
    public string Printed { get; }

    /// <summary>
    /// Whether the masters had no leader to ask just then (docs/research/yugabytedb.md#known-failures), or none could
    /// be reached: nothing was done.
    /// </summary>
    public bool HadNoLeader => Leaderless.Any(l => Printed.Contains(l, StringComparison.Ordinal));
}
