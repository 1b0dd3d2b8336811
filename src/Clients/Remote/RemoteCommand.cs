namespace Drydock.Clients.Remote;

/// <summary>
/// What is run on a host. Its arguments are seen there by everybody (<c>ps</c>, and the engine's records of a
/// container): secrets go through <see cref="Input"/>.
/// </summary>
/// <param name="Arguments">The program and its arguments; each arrives as it is, whatever is in it.</param>
public sealed record RemoteCommand(params IReadOnlyList<string> Arguments)
{
    /// <summary>Run as root: over ssh through <c>sudo -n</c>, in a container as the user 0.</summary>
    public bool AsRoot { get; init; }

    /// <summary>What the program reads; it is read once.</summary>
    public Stream? Input { get; init; }

    /// <summary>Told how many bytes of <see cref="Input"/> were sent.</summary>
    public Action<long>? Sent { get; init; }

    /// <summary>A script for <c>sh</c>, its arguments as <c>$1</c> and so on.</summary>
    public static RemoteCommand Script(string script, params IReadOnlyList<string> arguments) =>
        new(["sh", "-c", script, "sh", .. arguments]);

    /// <inheritdoc />
    public override string ToString() => string.Join(' ', Arguments);
}
