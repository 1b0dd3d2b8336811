namespace Drydock.Clients.Remote;

/// <summary>Commands and files on one host, over ssh or by exec in a container that is the host.</summary>
public interface IRemoteClient : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Whether a command reads its input and tells its output while it runs, as a <see cref="RemoteShell"/>
    /// needs it.</summary>
    bool IsInteractive => false;

    /// <summary>Runs a command to its end, whatever its exit code.</summary>
    /// <exception cref="RemoteException">It could not be run, or its end was not seen
    /// (<see cref="RemoteException.MayHaveRun"/>): unknown host key, refused key, refused sudo, no such container, a
    /// broken connection.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the command may have run and may continue on the
    /// host.</exception>
    Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken = default);

    /// <summary>Uploads a file: first under the name <c>….drydock-part</c> in the same directory, then by rename once
    /// its checksum is correct. An existing file with this checksum is left unchanged. After a broken connection the
    /// part is kept, and the next call continues after it.</summary>
    /// <param name="progress">Receives how many bytes are on the host.</param>
    /// <exception cref="RemoteException">The upload failed: as in <see cref="RunAsync"/>, no space, or
    /// <see cref="RemoteRefusal.Corrupt"/>: the received data does not have the announced checksum, and was
    /// removed.</exception>
    Task<bool> UploadAsync(
        RemoteFile file,
        Func<long, CancellationToken, Task<Stream>> open,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default) =>
        new RemoteUpload(this, file, open, progress).RunAsync(cancellationToken);

    /// <summary>Opens a connection from the host to an address that it can reach.</summary>
    /// <returns>The connection. If the host cannot open it, the first read throws <see cref="IOException"/>.</returns>
    /// <exception cref="RemoteException">The host itself cannot be reached.</exception>
    /// <exception cref="NotSupportedException">Hosts of this kind open no connections.</exception>
    Task<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException($"{Name}: connections are opened only by hosts over ssh.");
}

/// <summary>A file to upload to a host.</summary>
/// <param name="Path">The path; its directory must exist.</param>
/// <param name="Sha256">Its SHA-256 in hexadecimal digits.</param>
public sealed record RemoteFile(string Path, long Length, string Sha256)
{
    public UnixFileMode Mode { get; init; } =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public bool AsRoot { get; init; }

    public string? AsUser { get; init; }

    public override string ToString() => Path;
}
