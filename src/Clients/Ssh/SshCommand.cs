namespace Drydock.Clients.Ssh;

/// <summary>What is run on a host. Its arguments are seen there by everybody (<c>ps</c>): secrets go through <see cref="Input"/>.</summary>
/// <param name="Arguments">The program and its arguments; each arrives as it is, whatever is in it.</param>
public sealed record SshCommand(params IReadOnlyList<string> Arguments)
{
    /// <summary>Run through <c>sudo -n</c>.</summary>
    public bool Sudo { get; init; }

    /// <summary>What the program reads; it is read once.</summary>
    public Stream? Input { get; init; }

    /// <summary>Told how many bytes of <see cref="Input"/> were sent.</summary>
    public Action<long>? Sent { get; init; }

    /// <summary>A script for <c>sh</c>, its arguments as <c>$1</c> and so on.</summary>
    public static SshCommand Script(string script, params IReadOnlyList<string> arguments) => new(["sh", "-c", script, "sh", .. arguments]);

    // 255 is how ssh says that it failed itself: a command's own 255 becomes 254. One line, for whatever login shell there is.
    internal string Text() => string.Join(' ', ["sh", "-c", Quote("\"$@\"; r=$?; [ $r -ne 255 ] || r=254; exit $r"), "sh", .. Sudo ? ["sudo", "-n", "--"] : Array.Empty<string>(), .. Arguments.Select(Quote)]);

    /// <inheritdoc />
    public override string ToString() => string.Join(' ', Arguments);

    private static string Quote(string argument) => $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
