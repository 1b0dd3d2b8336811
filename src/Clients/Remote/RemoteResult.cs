namespace Drydock.Clients.Remote;

/// <summary>What came of a command that was run to its end.</summary>
/// <param name="ExitCode">Its exit code; over ssh 254 for 254 and 255.</param>
/// <param name="Output">The end of what it printed.</param>
/// <param name="Errors">The end of what it printed as errors.</param>
public sealed record RemoteResult(int ExitCode, string Output, string Errors)
{
    // What failed is said last.
    private const int MaxWords = 600;

    /// <summary>Whether it ended with 0.</summary>
    public bool IsSuccess => ExitCode == 0;

    /// <summary>Itself if it ended with 0.</summary>
    /// <exception cref="RemoteException">It did not.</exception>
    public RemoteResult OrThrow(string host, string what) => IsSuccess
        ? this
        : throw new RemoteException(host, $"{host}: {what} ended with {ExitCode}: {Words()}", RemoteRefusal.RemoteCommand, mayHaveRun: true);

    private string Words()
    {
        var words = (Errors.Trim().Length > 0 ? Errors : Output).Trim();
        return words.Length > MaxWords ? string.Concat("…", words.AsSpan(words.Length - MaxWords)) : words;
    }
}
