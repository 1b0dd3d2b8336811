namespace Drydock.Clients.Ssh;

/// <summary>A file as it is to be on a host.</summary>
/// <param name="Path">Where; its directory exists.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Sha256">Its SHA-256 in hexadecimal digits.</param>
public sealed record SshFile(string Path, long Length, string Sha256)
{
    /// <summary>Its permissions.</summary>
    public UnixFileMode Mode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Written through <c>sudo -n</c>.</summary>
    public bool Sudo { get; init; }

    /// <inheritdoc />
    public override string ToString() => Path;
}
