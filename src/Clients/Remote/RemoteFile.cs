namespace Drydock.Clients.Remote;

/// <summary>A file as it is to be on a host.</summary>
/// <param name="Path">Where; its directory exists.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Sha256">Its SHA-256 in hexadecimal digits.</param>
public sealed record RemoteFile(string Path, long Length, string Sha256)
{
    /// <summary>Its permissions.</summary>
    public UnixFileMode Mode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>Written as root (<see cref="RemoteCommand.AsRoot"/>).</summary>
    public bool AsRoot { get; init; }

    /// <inheritdoc />
    public override string ToString() => Path;
}
