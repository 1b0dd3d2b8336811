namespace Drydock.Clients.Ssh;

/// <summary>What came of a command that was run to its end.</summary>
/// <param name="ExitCode">Its exit code; 254 for 254 and 255.</param>
/// <param name="Output">The end of what it printed.</param>
/// <param name="Errors">The end of what it printed as errors.</param>
public sealed record SshResult(int ExitCode, string Output, string Errors)
{
    /// <summary>Whether it ended with 0.</summary>
    public bool IsSuccess => ExitCode == 0;

    /// <summary>Itself if it ended with 0.</summary>
    /// <exception cref="SshException">It did not.</exception>
    public SshResult OrThrow(string host, string what) => IsSuccess
        ? this
        : throw new SshException(host, $"{host}: {what} ended with {ExitCode}: {(Errors.Trim().Length > 0 ? Errors : Output).Trim()}", SshRefusal.RemoteCommand, mayHaveRun: true);
}
