using Drydock.Crds.Common;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>
/// The admin tool ended with another exit code than 0, or its output has an unknown form. Whether the command had an
/// effect is unknown.
/// </summary>
/// <param name="command">The command.</param>
/// <param name="message">What happened; never a secret.</param>
/// <param name="printed">The whole output, by which some failures are distinguished.</param>
/// <param name="innerException">The cause.</param>
internal sealed class AdminToolException(
    string command, string message, string printed, Exception? innerException = null)
    : TargetException(Reasons.AdminToolFailed, message, innerException)
{
    // The change of the blacklist, the search for the leader and the first connection of the tool say it differently.
    private static readonly string[] Leaderless =
    [
        "Master config has no leader",
        "Could not locate master leader",
        "Could not locate the leader master",
        "Unable to establish connection to leader master",
    ];

    public string Command => command;

    public string Printed => printed;

    /// <summary>
    /// The masters had no leader (docs/research/yugabytedb.md#known-failures), or the leader could not be reached: the
    /// command had no effect.
    /// </summary>
    public override bool IsRequestNotTaken => Leaderless.Any(l => Printed.Contains(l, StringComparison.Ordinal));
}
