namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>The admin tool printed something else than it should. The message has what it printed, cut.</summary>
internal sealed class AdminOutputException : Exception
{
    private const int Longest = 600;

    /// <summary>Makes one.</summary>
    /// <param name="command">The command.</param>
    /// <param name="expected">What it should have printed.</param>
    /// <param name="printed">What it printed.</param>
    public AdminOutputException(string command, string expected, string printed)
        : base($"{command} printed {Cut(printed)}; expected {expected}")
    {
    }

    private static string Cut(string printed)
    {
        var text = printed.Trim();
        return text.Length switch
        {
            0 => "nothing",
            > Longest => $"'{text[..Longest]}…'",
            _ => $"'{text}'",
        };
    }
}
