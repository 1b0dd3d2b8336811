namespace Drydock.Clients.Remote;

/// <summary>A command on a host. Its arguments are visible there to everybody (<c>ps</c>, and the engine's records of a
/// container): so secrets must be passed through <see cref="Input"/>.</summary>
/// <param name="Arguments">The program and its arguments; each arrives unchanged, whatever it contains.</param>
public sealed record RemoteCommand(params IReadOnlyList<string> Arguments)
{
    /// <summary>Run as root: over ssh through <c>sudo -n</c>, in a container as the user 0.</summary>
    public bool AsRoot { get; init; }

    /// <summary>Run as this account: over ssh through <c>sudo -n -u</c>, in a container by exec as it. Null, or with
    /// <see cref="AsRoot"/>: not used.</summary>
    public string? AsUser { get; init; }

    /// <summary>The exit code of a command that the host ended at its limit (of timeout, coreutils).</summary>
    public const int TimedOut = 124;

    private const int LastWords = 16 * 1024;

    /// <summary>After how long the host itself ends the command, whole seconds (SIGTERM to all that it runs); null:
    /// never. A command whose caller gave up does not act later.</summary>
    public TimeSpan? Limit { get; init; }

    /// <summary>The program and its arguments as the host runs them. With a limit it is sh, because sudoers may allow
    /// nothing else.</summary>
    public IReadOnlyList<string> Limited => Limit is { } limit
        ? ["sh", "-c", "exec timeout \"$0\" \"$@\"", $"{(long)limit.TotalSeconds}", .. Arguments]
        : Arguments;

    public Stream? Input { get; init; }

    /// <summary>Receives how many bytes of <see cref="Input"/> were sent.</summary>
    public Action<long>? Sent { get; init; }

    /// <summary>Receives the output as it arrives (false: of stdout, true: of stderr); the result then keeps only the
    /// last words. The bytes are valid during the call only, and both outputs may come at the same time.</summary>
    public Action<bool, ReadOnlyMemory<byte>>? Output { get; init; }

    /// <summary>How much the result keeps of each output, in bytes, of what a client would keep.</summary>
    public int Kept(int maxOutput) => Output is null ? maxOutput : Math.Min(maxOutput, LastWords);

    public static RemoteCommand Script(string script, params IReadOnlyList<string> arguments) =>
        new(["sh", "-c", script, "sh", .. arguments]);

    /// <summary>One word of a shell's command line, unchanged whatever it contains.</summary>
    public static string Quote(string argument) => $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    public override string ToString() => string.Join(' ', Arguments);
}

/// <summary>The result of a command that has ended.</summary>
/// <param name="ExitCode">The exit code; over ssh 254 also stands for 255.</param>
/// <param name="Output">The end of its stdout.</param>
/// <param name="Errors">The end of its stderr.</param>
public sealed record RemoteResult(int ExitCode, string Output, string Errors)
{
    // The reason of a failure is usually printed last.
    private const int MaxErrorCharacters = 600;

    public bool IsSuccess => ExitCode == 0;

    /// <summary>Returns this result if the exit code is 0.</summary>
    /// <exception cref="RemoteException">The exit code is not 0.</exception>
    public RemoteResult OrThrow(string host, string what) => IsSuccess
        ? this
        : throw new RemoteException(
            $"{host}: {what} ended with {ExitCode}: {LastOutput()}", RemoteRefusal.RemoteCommand, mayHaveRun: true);

    private string LastOutput()
    {
        var text = (Errors.Trim().Length > 0 ? Errors : Output).Trim();
        if (text.Length > MaxErrorCharacters)
        {
            text = string.Concat("…", text.AsSpan(text.Length - MaxErrorCharacters));
        }

        return text.Length > 0 && text[^1] is '.' or '?' or '!' ? text : text + ".";
    }
}
