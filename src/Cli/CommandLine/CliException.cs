namespace Drydock.Cli.CommandLine;

/// <summary>Ends the command with a message for the user.</summary>
/// <param name="message">What happened, why, and what to do; whole sentences.</param>
/// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
internal class CliException(string message, int exitCode = ExitCodes.Failed) : Exception(message)
{
    /// <summary>One of <see cref="ExitCodes"/>.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>A change that the present state does not allow. Nothing was written.</summary>
    public static CliException Refused(string message) => new(message, ExitCodes.Refused);
}
